using Harbor.Contracts.Bindings;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>What bind and unbind make of a port, as pure changes of its document.</summary>
internal static class PortBindings
{
    /// <summary>
    /// Ended bindings that a port remembers: an application that is bound and unbound so often while one command is on its way is none that anybody waits for. A command
    /// that is later still is met by the gateway's sweep.
    /// </summary>
    internal const int Remembered = 16;

    /// <summary>The binding's life has ended, or a later one has begun.</summary>
    public static bool IsLate(this PortDocument port, BindApp command)
        => port.Heard(command.BindingId) is { } heard && (command.BindingLife < heard.Life || (command.BindingLife == heard.Life && heard.HasEnded));

    /// <summary>The application is there by this very binding. One without a number is any.</summary>
    public static BoundApp? BoundBy(this PortDocument port, BindApp command)
        => command.BindingLife is null || port.Heard(command.BindingId)?.Life == command.BindingLife
            ? port.Apps.FirstOrDefault(app => app.AppGuid == command.AppGuid && app.BindingIds.Contains(command.BindingId))
            : null;

    /// <summary>With the application bound; what an earlier life of the binding has bound is bound no longer.</summary>
    public static PortDocument With(this PortDocument port, BindApp command, int intPort)
    {
        var apps = command.BindingLife is null ? port.Apps : Without(port.Apps, command.BindingId);
        var known = apps.FirstOrDefault(app => app.AppGuid == command.AppGuid);
        return port with
        {
            Apps = known is null
                ? [.. apps, new() { AppGuid = command.AppGuid, IntPort = intPort, BindingIds = [command.BindingId] }]
                : [.. apps.Select(app => app == known ? known with { BindingIds = [.. known.BindingIds, command.BindingId] } : app)],
            Bindings = Hearing(port, command.BindingId, command.BindingLife, hasEnded: false),
        };
    }

    /// <summary>Without the binding, which may have bound nothing yet: the command to bind may come after this one. Null where that is how it is already, or the binding is a later life's.</summary>
    public static PortDocument? Without(this PortDocument port, UnbindApp command)
    {
        var heard = port.Heard(command.BindingId);
        var isBound = port.Apps.Any(app => app.BindingIds.Contains(command.BindingId));
        if (command.BindingLife < heard?.Life || (!isBound && (command.BindingLife is null || heard is { HasEnded: true } && heard.Life == command.BindingLife)))
        {
            return null;
        }

        return port with { Apps = Without(port.Apps, command.BindingId), Bindings = Hearing(port, command.BindingId, command.BindingLife, hasEnded: true) };
    }

    private static PortBinding? Heard(this PortDocument port, string bindingId) => port.Bindings.FirstOrDefault(binding => binding.BindingId == bindingId);

    private static List<PortBinding> Hearing(PortDocument port, string bindingId, long? life, bool hasEnded)
    {
        var others = port.Bindings.Where(binding => binding.BindingId != bindingId);
        var heard = life is { } number ? others.Append(new() { BindingId = bindingId, Life = number, HasEnded = hasEnded }) : others;

        // In the order in which they were last heard of, so that the first of the ended ones goes.
        var all = heard.ToList();
        var excess = all.Count(binding => binding.HasEnded) - Remembered;
        return excess > 0 ? [.. all.Except([.. all.Where(binding => binding.HasEnded).Take(excess)])] : all;
    }

    private static IReadOnlyList<BoundApp> Without(IReadOnlyList<BoundApp> apps, string bindingId) =>
    [
        .. apps.Select(app => app.BindingIds.Contains(bindingId) ? app with { BindingIds = [.. app.BindingIds.Where(id => id != bindingId)] } : app)
            .Where(app => app.BindingIds.Count > 0),
    ];
}
