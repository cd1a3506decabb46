using Harbor.Gateway.Bindings;
using Harbor.Gateway.Instances;
using Harbor.State.Documents;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Sweeping;

/// <summary>Drives bindings whose request is gone, and forgets what is long over.</summary>
internal sealed class BindingSweep(ServiceBindings bindings, BindingDriver driver, OperationRunner operations, IOptions<GatewayOptions> options)
{
    /// <summary>At once, since each may wait for the node as long as it may take; the rest has its turn at the next look.</summary>
    private const int Most = 64;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Younger ones are driven by the request that made them, which waits for the node so long.
        var old = DocumentKeys.Of(operations.Now - options.Value.Broker.DependencyTimeout - options.Value.Broker.FirstResend);
        var due = await bindings.QueryAsync(DocumentQuery.UpTo(ServiceDocuments.Due, old) with { Limit = Most }, cancellationToken);
        await Task.WhenAll(due.Select(binding => RunAsync(binding, cancellationToken)));
    }

    private Task RunAsync(BindingDocument binding, CancellationToken cancellationToken) => binding.State == BindingState.Removed
        ? bindings.DeleteAsync(binding, cancellationToken)
        : driver.DriveAsync(binding, cancellationToken);
}
