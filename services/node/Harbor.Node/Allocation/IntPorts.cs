using Harbor.Contracts.Bindings;
using Harbor.State.Apps;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>
/// Where applications listen inside their containers: per application one number for each service instance. A number is freed when the instance holds no
/// port; a bind that takes a number and a release that frees it cannot miss each other, since the one writes the application's document after it
/// has seen the port, and the other looks for a port after it has read that document.
/// </summary>
internal sealed class IntPorts(IDocuments<AppDocument> apps, IDocuments<PortDocument> ports)
{
    /// <summary>The number of the service instance in the application: the one it had, or that it was told, or the lowest free one. Null where none is left.</summary>
    public async Task<int?> TakeAsync(BindApp command, CancellationToken cancellationToken)
    {
        while (true)
        {
            var app = await apps.GetAsync(command.AppGuid, cancellationToken);
            var known = app?.IntPorts ?? new Dictionary<string, int>();
            var number = NumberOf(command, known);
            if (number > ushort.MaxValue)
            {
                return null;
            }

            // Written also where the number is known, so that a release which is about to free it loses.
            var taken = new Dictionary<string, int>(known) { [command.ServiceInstanceId] = number };
            var result = app is null
                ? await apps.InsertAsync(new AppDocument { Id = command.AppGuid, IntPorts = taken }, cancellationToken)
                : await apps.ReplaceAsync(app with { IntPorts = taken }, cancellationToken);
            if (result.Written)
            {
                return number;
            }
        }
    }

    /// <summary>The service instance is gone: its numbers are free in every application. Nothing is done where it holds a port.</summary>
    public async Task FreeAsync(string serviceInstanceId, CancellationToken cancellationToken)
    {
        foreach (var app in await apps.QueryAsync(DocumentQuery.Where(AppDocument.InstanceIndex, serviceInstanceId), cancellationToken))
        {
            await FreeAsync(app, serviceInstanceId, cancellationToken);
        }
    }

    private async Task FreeAsync(AppDocument? app, string serviceInstanceId, CancellationToken cancellationToken)
    {
        while (app is not null && app.IntPorts.ContainsKey(serviceInstanceId)
            && await ports.HeldByAsync(serviceInstanceId, cancellationToken) is null)
        {
            var left = app.IntPorts.Where(entry => entry.Key != serviceInstanceId).ToDictionary();
            var outcome = left.Count == 0
                ? await apps.DeleteAsync(app, cancellationToken)
                : (await apps.ReplaceAsync(app with { IntPorts = left }, cancellationToken)).Outcome;
            if (outcome is WriteOutcome.Written)
            {
                return;
            }

            app = await apps.GetAsync(app.Id, cancellationToken);
        }
    }

    private static int NumberOf(BindApp command, IReadOnlyDictionary<string, int> known)
        => command.IntPort is { } told && known.All(entry => entry.Value != told || entry.Key == command.ServiceInstanceId) ? told
            : known.TryGetValue(command.ServiceInstanceId, out var number) ? number
            : LowestFree(known.Values);

    private static int LowestFree(IEnumerable<int> used)
    {
        var taken = used.ToHashSet();
        var number = AppDocument.FirstIntPort;
        while (taken.Contains(number))
        {
            number++;
        }

        return number;
    }
}
