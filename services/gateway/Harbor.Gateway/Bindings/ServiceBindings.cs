using Harbor.Gateway.Instances;
using Harbor.State.Documents;
using Harbor.State.Services;

namespace Harbor.Gateway.Bindings;

/// <summary>Bindings in the store. Each method is one atomic operation; a lost race is an outcome, never an exception.</summary>
internal sealed class ServiceBindings(IDocuments<BindingDocument> documents, DependencyLimit limit)
{
    public Task<BindingDocument?> GetAsync(string id, CancellationToken cancellationToken)
        => limit.WithinAsync(token => documents.GetAsync(id, token), cancellationToken);

    public Task<IReadOnlyList<BindingDocument>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken)
        => limit.WithinAsync(token => documents.QueryAsync(query, token), cancellationToken);

    /// <summary>Stores a new binding, in place of <paramref name="remembered"/> where the id had one before. Null: somebody else was first.</summary>
    public async Task<BindingDocument?> CreateAsync(BindingDocument binding, BindingDocument? remembered, CancellationToken cancellationToken)
    {
        var result = await limit.WithinAsync(
            token => remembered is null
                ? documents.InsertAsync(binding, token)
                : documents.ReplaceAsync(binding with { Version = remembered.Version }, token),
            cancellationToken);
        return result.Written ? result.Document : null;
    }

    /// <summary>Stores a change of what was read. Null: it is not what it was.</summary>
    public async Task<BindingDocument?> ReplaceAsync(BindingDocument binding, CancellationToken cancellationToken)
    {
        var result = await limit.WithinAsync(token => documents.ReplaceAsync(binding, token), cancellationToken);
        return result.Written ? result.Document : null;
    }

    /// <summary>
    /// Changes a binding as it is at that moment, tried first on what is known of it. <paramref name="change"/> may run several times; it returns null
    /// where there is nothing to do. The result is the binding after the change, or as it is; null where there is none.
    /// </summary>
    public async Task<(BindingDocument? Binding, bool Changed)> ChangeAsync(
        BindingDocument known, Func<BindingDocument, BindingDocument?> change, CancellationToken cancellationToken)
    {
        var current = (BindingDocument?)known;
        while (true)
        {
            if (current is null || change(current) is not { } changed)
            {
                return (current, false);
            }

            if (await ReplaceAsync(changed, cancellationToken) is { } written)
            {
                return (written, true);
            }

            current = await GetAsync(known.Id, cancellationToken);
        }
    }

    /// <summary>False: it is not what it was.</summary>
    public async Task<bool> DeleteAsync(BindingDocument binding, CancellationToken cancellationToken)
        => await limit.WithinAsync(token => documents.DeleteAsync(binding, token), cancellationToken) == WriteOutcome.Written;

    /// <summary>The life's port is given up, and so its bindings bind nothing: away with them all, whatever they are at. Those of a later life stay.</summary>
    public async Task DeleteOfInstanceAsync(string serviceInstanceId, long life, CancellationToken cancellationToken)
    {
        List<BindingDocument> left;
        while ((left = [.. (await QueryAsync(DocumentQuery.Where(ServiceDocuments.Instance, serviceInstanceId), cancellationToken)).Where(one => one.Life <= life)]).Count > 0)
        {
            // A lost race is met again by the next look.
            foreach (var binding in left)
            {
                await DeleteAsync(binding, cancellationToken);
            }
        }
    }
}
