using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Provisioning;
using Harbor.Node.Leases;
using Harbor.State;
using Harbor.State.Apps;
using Harbor.State.Documents;
using Harbor.State.Leases;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Sagas;
using Harbor.State.Services;
using Harbor.State.Workers;
using Harbor.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>What the cluster has stored, read as it is at that moment, past all its processes.</summary>
internal sealed class ClusterState : IAsyncDisposable
{
    private readonly IHost _host;

    public ClusterState(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Harbor:State:Provider"] = "Mongo",
            ["Harbor:State:Mongo:ConnectionString"] = connectionString,
        });
        builder.AddHarborState();
        builder.Services.AddDocuments(ProvisionSagas.Documents).AddDocuments(ReleaseSagas.Documents).AddDocuments(LeaseDocuments.Partitions);
        _host = builder.Build();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public Task<ServiceInstanceDocument?> InstanceAsync(string id) => GetAsync<ServiceInstanceDocument>(id);

    public Task<BindingDocument?> BindingAsync(string id) => GetAsync<BindingDocument>(id);

    public Task<WorkerDocument?> WorkerAsync(string id) => GetAsync<WorkerDocument>(id);

    /// <summary>The node that writes for a DEA; empty: nobody.</summary>
    public async Task<string> WriterOfAsync(string dea) => (await GetAsync<PartitionsDocument>(PartitionsDocument.DeaEvents))?.Owners[Partitions.Of(dea)] ?? "";

    /// <summary>Every state that the port's document gets from now on, in order, the one that it has first.</summary>
    public IAsyncEnumerable<PortDocument> FollowAsync(int port, CancellationToken cancellationToken)
        => Documents<PortDocument>().WatchAsync(PortDocument.IdOf(PoolDocument.DefaultName, port), cancellationToken).Select(change => change.Document).OfType<PortDocument>();

    /// <summary>The ports that somebody holds.</summary>
    public async Task<List<PortDocument>> ActivePortsAsync() => [.. (await AllAsync<PortDocument>()).Where(port => port.State == PortState.Active)];

    /// <summary>The port that the instance holds now.</summary>
    public async Task<PortDocument?> PortOfAsync(string instanceId) => (await ActivePortsAsync()).SingleOrDefault(port => port.ServiceInstanceId == instanceId);

    /// <summary>A port of the range that is nobody's, and that no worker still holds to be somebody else's.</summary>
    public async Task<int> FreePortAsync(int first, int last)
    {
        var known = (await AllAsync<PortDocument>()).Select(port => port.Port)
            .Concat((await AllAsync<WorkerDocument>()).SelectMany(worker => worker.Refused).Select(refused => refused.Port)).ToHashSet();
        return Enumerable.Range(first, last - first + 1).Last(port => !known.Contains(port));
    }

    /// <summary>The state of the instance's saga, whichever runs.</summary>
    public async Task<string?> SagaStateAsync(string instanceId)
    {
        var id = SagaIds.Of(instanceId);
        return (await GetAsync<SagaDocument<ProvisionPortState>>(SagaDocument<ProvisionPortState>.IdOf(id)))?.Saga.CurrentState
            ?? (await GetAsync<SagaDocument<ReleasePortState>>(SagaDocument<ReleasePortState>.IdOf(id)))?.Saga.CurrentState;
    }

    public Task InStateAsync(string instanceId, string state)
        => Eventually.GetAsync(() => SagaStateAsync(instanceId), seen => seen == state, $"the saga is {state}", cancellationToken: Cancelled);

    /// <summary>Until all that is stored has its owner, and nothing is under way.</summary>
    public Task NothingUnownedAsync()
        => Eventually.GetAsync(UnownedAsync, unowned => unowned is null, "all that is stored has its owner", cancellationToken: Cancelled);

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }

    private async Task<string?> UnownedAsync()
    {
        var sagas = (await AllAsync<SagaDocument<ProvisionPortState>>()).Select(saga => $"{saga.Saga.ServiceInstanceId} {saga.Saga.CurrentState}")
            .Concat((await AllAsync<SagaDocument<ReleasePortState>>()).Select(saga => $"{saga.Saga.ServiceInstanceId} {saga.Saga.CurrentState}")).ToList();
        var instances = (await AllAsync<ServiceInstanceDocument>()).Where(instance => !instance.IsOver()).ToList();
        var ports = await ActivePortsAsync();
        var bindings = (await AllAsync<BindingDocument>()).Where(binding => binding.State != BindingState.Removed).ToList();
        var apps = await AllAsync<AppDocument>();
        var bound = ports.SelectMany(port => port.Apps.SelectMany(app => app.BindingIds)).Order().ToList();
        return sagas.Count > 0 ? $"sagas: {string.Join(", ", sagas)}"
            : instances.Find(instance => instance.State != ServiceInstanceState.Active || instance.IsRunning()) is { } running ? $"instance {running.Id} is {running.State}, {running.Operation.Kind} {running.Operation.State}"
            : !ports.Select(port => (port.ServiceInstanceId, (int?)port.Port, port.Life)).Order().SequenceEqual(instances.Select(instance => (instance.Id, instance.Port, instance.Life)).Order())
                ? $"ports {string.Join(", ", ports.Select(port => port.Id))} against instances {string.Join(", ", instances.Select(instance => $"{instance.Id} {instance.Port}"))}"
            : bindings.Find(binding => binding.State != BindingState.Active || instances.All(instance => instance.Id != binding.ServiceInstanceId)) is { } stray ? $"binding {stray.Id} is {stray.State}"
            : !bound.SequenceEqual(bindings.Where(binding => binding.AppGuid is not null).Select(binding => binding.Id).Order()) ? $"the ports know the bindings {string.Join(", ", bound)}"
            : apps.SelectMany(app => app.IntPorts.Keys).FirstOrDefault(id => instances.All(instance => instance.Id != id)) is { } gone ? $"an application keeps a number for {gone}"
            : null;
    }

    private async Task<T?> GetAsync<T>(string id)
        where T : Document
        => await Documents<T>().GetAsync(id, Cancelled);

    private async Task<IReadOnlyList<T>> AllAsync<T>()
        where T : Document
        => await Documents<T>().QueryAsync(DocumentQuery.All, Cancelled);

    private IDocuments<T> Documents<T>()
        where T : Document
        => _host.Services.GetRequiredService<IDocuments<T>>();
}
