using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Instances;

/// <summary>Bounds what a call to the store or the bus may take, so that the platform gets its answer in time whatever hangs.</summary>
internal sealed class DependencyLimit(IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Throws <see cref="TimeoutException"/> where the limit, and not the caller's token, ended the call.</summary>
    public async Task<T> WithinAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.Broker.DependencyTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await call(linked.Token);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The store or the bus did not answer in time.", exception);
        }
    }

    public Task WithinAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
        => WithinAsync(
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken);
}
