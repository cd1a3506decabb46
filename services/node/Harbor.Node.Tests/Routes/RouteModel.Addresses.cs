using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <content>Who is at which address: never two at one.</content>
internal sealed partial class RouteModel
{
    private ModelInstance? HolderOf(string host, int port) => _instances.FirstOrDefault(known => known.Host == host && known.Ports.Exists(held => held.Outside == port));

    /// <summary>The instance's DEA says which ports it has; which of them is the main port is known from before.</summary>
    private void Name(ModelInstance instance, string? host, PortMapping[] ports)
    {
        instance.NamesPorts = true;
        if (host is not null)
        {
            bool IsMain(int port) => instance.Host == host && instance.Ports.Exists(known => known.Outside == port && known.Main);
            Give(instance, host, [.. ports.Select(port => new ModelPort(port.ContainerPort, port.HostPort, IsMain(port.HostPort)))]);
        }
    }

    /// <summary>The instance has these ports now and no others, without those that one has which began later.</summary>
    private void Give(ModelInstance instance, string host, List<ModelPort> ports)
    {
        var given = ports.FindAll(port =>
        {
            var holder = HolderOf(host, port.Outside);
            if (holder is null || holder == instance)
            {
                return true;
            }

            if (instance.Began < holder.Began)
            {
                return false;
            }

            Lose(holder, port.Outside);
            return true;
        });
        instance.Host = host;
        instance.Ports = given;
    }

    /// <summary>What no heartbeat has named is nothing without an address.</summary>
    private void Lose(ModelInstance holder, int port)
    {
        holder.Ports = holder.Ports.FindAll(held => held.Outside != port);
        if (holder is { Ports.Count: 0, Heard: null })
        {
            Remove(holder);
        }
    }

    private static void MarkMain(ModelInstance instance, int port)
        => instance.Ports = [.. instance.Ports.Select(held => held.Outside == port ? held with { Main = true } : held)];
}
