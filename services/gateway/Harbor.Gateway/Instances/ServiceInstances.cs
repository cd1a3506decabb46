using Harbor.State.Documents;
using Harbor.State.Services;

namespace Harbor.Gateway.Instances;

/// <summary>Service instances in the store. Each method is one atomic operation; a lost race is an outcome, never an exception.</summary>
internal sealed class ServiceInstances(IDocuments<ServiceInstanceDocument> documents, OperationWaits waits, DependencyLimit limit)
{
    public Task<ServiceInstanceDocument?> GetAsync(string id, CancellationToken cancellationToken)
        => limit.WithinAsync(token => documents.GetAsync(id, token), cancellationToken);

    public Task<IReadOnlyList<ServiceInstanceDocument>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken)
        => limit.WithinAsync(token => documents.QueryAsync(query, token), cancellationToken);

    /// <summary>Stores a new instance, in place of <paramref name="remembered"/> where the id had one before. Null: somebody else was first.</summary>
    public async Task<ServiceInstanceDocument?> CreateAsync(
        ServiceInstanceDocument instance, ServiceInstanceDocument? remembered, CancellationToken cancellationToken)
    {
        var result = await limit.WithinAsync(
            token => remembered is null
                ? documents.InsertAsync(instance, token)
                : documents.ReplaceAsync(instance with { Version = remembered.Version }, token),
            cancellationToken);
        return Told(result);
    }

    /// <summary>Stores a change of what was read. Null: it is not what it was.</summary>
    public async Task<ServiceInstanceDocument?> ReplaceAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
        => Told(await limit.WithinAsync(token => documents.ReplaceAsync(instance, token), cancellationToken));

    /// <summary>
    /// Changes an instance as it is at that moment. <paramref name="change"/> may run several times; it returns null where there is nothing to do.
    /// The result is the instance after the change, or as it is; null where there is none.
    /// </summary>
    public async Task<(ServiceInstanceDocument? Instance, bool Changed)> ChangeAsync(
        string id, Func<ServiceInstanceDocument, ServiceInstanceDocument?> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = await GetAsync(id, cancellationToken);
            if (current is null || change(current) is not { } changed)
            {
                return (current, false);
            }

            if (await ReplaceAsync(changed, cancellationToken) is { } written)
            {
                return (written, true);
            }
        }
    }

    public Task<WriteOutcome> DeleteAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
        => limit.WithinAsync(token => documents.DeleteAsync(instance, token), cancellationToken);

    private ServiceInstanceDocument? Told(WriteResult<ServiceInstanceDocument> result)
    {
        if (!result.Written)
        {
            return null;
        }

        waits.Tell(result.Document!);
        return result.Document;
    }
}
