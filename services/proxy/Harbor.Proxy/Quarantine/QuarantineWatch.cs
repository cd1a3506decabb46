using Harbor.Proxy.Routing;
using Harbor.Proxy.Status;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Quarantine;

/// <summary>
/// Looks, towards the end of each quarantine, whether clients of the last owner still send, and says so. Before that the port is closed altogether: most clients
/// shall learn at once that there is nobody.
/// </summary>
internal sealed class QuarantineWatch(
    PortRoutes routes, QuarantinePosts posts, PortReports reports, TimeProvider time, IOptions<ProxyOptions> options) : BackgroundService
{
    public override void Dispose()
    {
        posts.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RetryInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private void Look()
    {
        var now = time.GetUtcNow();
        var ending = routes.Quarantined.Where(port => port.QuarantinedUntil > now && port.QuarantinedUntil - options.Value.QuarantineWatch <= now).ToList();
        posts.KeepOnly(ending.Select(port => port.Port).ToHashSet());
        foreach (var port in ending)
        {
            posts.Open(port, () => routes.Wanted(port.Port), reports.StillUsed);
        }
    }
}
