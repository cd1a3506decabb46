using Harbor.Proxy.Status;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Routing;

/// <summary>Tries again what could not be done: ports that another process held, backends whose name did not resolve.</summary>
internal sealed class RouteUpkeep(PortRoutes routes, RefusedPorts refused, TimeProvider time, IOptions<ProxyOptions> options) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RetryInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            routes.Retry();
            refused.Probe(isWanted: port => routes.Find(port).Status is PortStatus.Refused);
        }
    }
}
