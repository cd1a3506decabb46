using Harbor.Gateway.Instances;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Interleavings;

/// <summary>What holds at every moment, whatever is under way.</summary>
internal static class Invariants
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task HoldAsync(GatewayRun run)
    {
        var before = await ActiveAsync(run);
        var ports = (await run.PortsAsync()).Where(port => port.State == PortState.Active).ToList();
        var after = await ActiveAsync(run);

        // Each port in use belongs to one instance: its id says the one, its owner the other.
        ports.Select(port => port.ServiceInstanceId).ShouldBeUnique();

        // An instance that was active before and after the ports were read, and the same, has its own among them: what the platform was told is true.
        foreach (var instance in before.Where(instance => after.Any(same => same.Id == instance.Id && same.Version == instance.Version)))
        {
            ports.ShouldContain(
                port => port.ServiceInstanceId == instance.Id && port.Port == instance.Port && port.Life == instance.Life,
                $"{instance.Id} is active on {instance.Port}, life {instance.Life}; ports: {string.Join(", ", ports.Select(port => $"{port.Port} of {port.ServiceInstanceId}, life {port.Life}"))}");
        }
    }

    /// <summary>Waits until what runs now has ended, well or by its deadline.</summary>
    public static async Task DeadlinesPassAsync(GatewayRun run)
    {
        var running = (await run.AllAsync<ServiceInstanceDocument>()).Where(instance => instance.IsRunning()).Select(instance => (instance.Id, Operation: instance.Operation.Id)).ToList();
        await Eventually.TrueAsync(
            async () => (await run.AllAsync<ServiceInstanceDocument>()).All(instance => !instance.IsRunning() || !running.Contains((instance.Id, instance.Operation.Id))),
            "every operation ends by its deadline",
            cancellationToken: Token);
    }

    private static async Task<List<ServiceInstanceDocument>> ActiveAsync(GatewayRun run)
        => [.. (await run.Documents<ServiceInstanceDocument>().QueryAsync(DocumentQuery.All, Token)).Where(instance => instance.State == ServiceInstanceState.Active)];
}
