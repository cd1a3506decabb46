using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Provisioning;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.State.Sagas;
using Harbor.State.Services;

namespace Harbor.Gateway.Orphans;

/// <summary>Reads what is held, and by whom. What the view of the instances says is only good for finding nothing amiss: a suspicion is looked into in the store.</summary>
internal sealed class Holdings(
    IDocuments<PortDocument> ports,
    IDocuments<BindingDocument> bindings,
    IDocuments<SagaDocument<ProvisionPortState>> provisions,
    IDocuments<SagaDocument<ReleasePortState>> releases,
    DocumentView<ServiceInstanceDocument> view,
    ServiceInstances instances)
{
    private const int Page = 500;

    /// <summary>The instances, as far as the view has them.</summary>
    public IEnumerable<ServiceInstanceDocument> Seen => view.All;

    public ServiceInstanceDocument? Find(string serviceInstanceId) => view.Find(serviceInstanceId);

    public Task<ServiceInstanceDocument?> InstanceAsync(string id, CancellationToken cancellationToken) => instances.GetAsync(id, cancellationToken);

    public async Task<PortDocument?> PortAsync(string pool, int port, CancellationToken cancellationToken)
        => await ports.GetAsync(PortDocument.IdOf(pool, port), cancellationToken);

    public async Task<BindingDocument?> BindingAsync(string id, CancellationToken cancellationToken) => await bindings.GetAsync(id, cancellationToken);

    /// <summary>The ports in use, by their owners: an owner has one.</summary>
    public async Task<Dictionary<string, PortDocument>> PortsAsync(CancellationToken cancellationToken)
        => (await AllAsync(ports, cancellationToken)).Where(port => port.State == PortState.Active).DistinctBy(port => port.ServiceInstanceId)
            .ToDictionary(port => port.ServiceInstanceId, StringComparer.Ordinal);

    public async Task<Dictionary<string, BindingDocument>> BindingsAsync(CancellationToken cancellationToken)
        => (await AllAsync(bindings, cancellationToken)).ToDictionary(binding => binding.Id, StringComparer.Ordinal);

    /// <summary>A saga is at work on the instance, and sees to what it holds.</summary>
    public async Task<bool> IsDrivenAsync(string serviceInstanceId, CancellationToken cancellationToken)
    {
        var id = SagaIds.Of(serviceInstanceId);
        return await provisions.GetAsync(SagaDocument<ProvisionPortState>.IdOf(id), cancellationToken) is not null
            || await releases.GetAsync(SagaDocument<ReleasePortState>.IdOf(id), cancellationToken) is not null;
    }

    private static async Task<List<T>> AllAsync<T>(IDocuments<T> documents, CancellationToken cancellationToken)
        where T : Document
    {
        var all = new List<T>();
        IReadOnlyList<T> page;
        do
        {
            page = await documents.QueryAsync(DocumentQuery.All with { AfterId = all.Count == 0 ? null : all[^1].Id, Limit = Page }, cancellationToken);
            all.AddRange(page);
        }
        while (page.Count == Page);

        return all;
    }
}
