using Harbor.Contracts.Bindings;
using Harbor.Gateway.Broker;
using Harbor.Gateway.Instances;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Bindings;

/// <summary>Asks the node to bind and unbind applications, and waits for its answer for a bounded time: the request's own timeout begins only when the bus has taken it.</summary>
internal sealed class PortBindings(IClientFactory clients, DependencyLimit limit, IOptions<GatewayOptions> options)
{
    private BrokerOptions Broker => options.Value.Broker;

    /// <summary>The answer; null where none came in time, and what became of the request is unknown.</summary>
    public async Task<(AppBound? Bound, BindAppRefused? Refused)?> BindAsync(BindApp command, CancellationToken cancellationToken)
    {
        try
        {
            var client = clients.CreateRequestClient<BindApp>(RequestTimeout.After(ms: (int)Broker.DependencyTimeout.TotalMilliseconds));
            var response = await limit.WithinAsync(
                token => new ValueTask<Response<AppBound, BindAppRefused>>(client.GetResponse<AppBound, BindAppRefused>(command, token).WaitAsync(token)), cancellationToken);
            return response.Is(out Response<AppBound>? bound) ? (bound.Message, null)
                : response.Is(out Response<BindAppRefused>? refused) ? (null, refused.Message)
                : null;
        }
        catch (Exception exception) when (exception is RequestException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>False where no answer came in time.</summary>
    public async Task<bool> UnbindAsync(UnbindApp command, CancellationToken cancellationToken)
    {
        try
        {
            var client = clients.CreateRequestClient<UnbindApp>(RequestTimeout.After(ms: (int)Broker.DependencyTimeout.TotalMilliseconds));
            await limit.WithinAsync(token => client.GetResponse<AppUnbound>(command, token).WaitAsync(token), cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is RequestException or TimeoutException)
        {
            return false;
        }
    }
}
