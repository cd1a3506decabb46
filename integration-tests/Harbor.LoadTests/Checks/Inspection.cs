using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Provisioning;
using Harbor.LoadTests.Loads;
using Harbor.State;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.LoadTests.Checks;

/// <summary>Compares what the platform was told with what is in the store and what the workers listen on.</summary>
/// <param name="store">Opened apart from the services that write it.</param>
/// <param name="listening">The ports of the pool on which each worker listens.</param>
internal sealed class Inspection(IDocumentStore store, IReadOnlyList<Func<IReadOnlySet<int>>> listening)
{
    /// <summary>
    /// Exactly these service instances are alive, each with a port of its own that every worker listens on; and there is nothing else: no port, no
    /// binding, no number of an application, no saga. Sagas and sockets end a moment after the answer, and that moment is waited for.
    /// </summary>
    public async Task HoldsAsync(IReadOnlyList<string> live, CancellationToken cancellationToken)
    {
        var faults = "";
        try
        {
            await Eventually.TrueAsync(
                async () => (faults = string.Join(Environment.NewLine, await FaultsAsync(live, cancellationToken))).Length == 0,
                "store and sockets as the platform was told",
                cancellationToken: cancellationToken);
        }
        catch (TimeoutException) when (faults.Length > 0)
        {
            throw new LoadFailedException(faults);
        }
    }

    /// <summary>No worker has found another process on a port of the pool: it would try again all the time, and that would be measured too.</summary>
    public async Task NothingIsRefusedAsync(CancellationToken cancellationToken)
    {
        var refused = (await AllAsync(DocumentTypes.Workers, cancellationToken)).SelectMany(worker => worker.Refused).Select(port => $"port {port.Port} is held by {port.Holder}").ToList();
        if (refused.Count > 0)
        {
            throw new LoadFailedException(string.Join(Environment.NewLine, refused));
        }
    }

    private async Task<IReadOnlyList<string>> FaultsAsync(IReadOnlyList<string> live, CancellationToken cancellationToken)
    {
        var instances = await AllAsync(ServiceDocuments.Instances, cancellationToken);
        var ports = (await AllAsync(DocumentTypes.Ports, cancellationToken)).Where(port => port.State == PortState.Active).ToList();
        var expected = live.ToHashSet(StringComparer.Ordinal);
        List<string> faults =
        [
            .. instances.Where(instance => instance.State is not (ServiceInstanceState.Active or ServiceInstanceState.Deleted)).Select(instance => $"{instance.Id} is {instance.State}"),
            .. Difference("active instance", expected, instances.Where(instance => instance.State == ServiceInstanceState.Active).Select(instance => instance.Id)),
            .. Difference("owner of a port", expected, ports.Select(port => port.ServiceInstanceId)),
            .. ports.GroupBy(port => port.ServiceInstanceId).Where(same => same.Count() > 1).Select(same => $"{same.Key} has the ports {string.Join(", ", same.Select(port => port.Port))}"),
            .. ports.GroupBy(port => port.Port).Where(same => same.Count() > 1).Select(same => $"port {same.Key} has the owners {string.Join(", ", same.Select(port => port.ServiceInstanceId))}"),
            .. instances.Where(instance => instance.State == ServiceInstanceState.Active)
                .Where(instance => ports.All(port => port.ServiceInstanceId != instance.Id || port.Port != instance.Port))
                .Select(instance => $"{instance.Id} was told port {instance.Port}, which is not its"),
            .. (await AllAsync(ServiceDocuments.Bindings, cancellationToken)).Select(binding => $"left over: binding {binding.Id}"),
            .. (await AllAsync(DocumentTypes.Apps, cancellationToken)).Select(app => $"left over: numbers of application {app.Id}"),
            .. (await AllAsync(ProvisionSagas.Documents, cancellationToken)).Select(saga => $"left over: provision saga of {saga.Saga.ServiceInstanceId} in {saga.Saga.CurrentState}"),
            .. (await AllAsync(ReleaseSagas.Documents, cancellationToken)).Select(saga => $"left over: deprovision saga of {saga.Saga.ServiceInstanceId} in {saga.Saga.CurrentState}"),
        ];
        var numbers = ports.Select(port => port.Port).ToHashSet();
        faults.AddRange(listening.SelectMany((sockets, worker) => Difference($"port of worker {worker} that listens", numbers, sockets())));
        return faults;
    }

    private async Task<IReadOnlyList<T>> AllAsync<T>(DocumentType<T> type, CancellationToken cancellationToken)
        where T : Document
        => await store.Open(type).QueryAsync(DocumentQuery.All, cancellationToken);

    private static IEnumerable<string> Difference<T>(string what, IReadOnlySet<T> expected, IEnumerable<T> found)
    {
        var seen = found.ToHashSet();
        return expected.Except(seen).Select(missing => $"missing: {what} {missing}").Concat(seen.Except(expected).Select(extra => $"left over: {what} {extra}"));
    }
}
