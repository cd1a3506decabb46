using Harbor.Contracts.Workers;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>Keeps a released port from others for longer while the clients of its last owner still send, but not for ever.</summary>
internal sealed partial class Quarantines(IDocuments<PortDocument> ports, NodeViews views, TimeProvider time, ILogger<Quarantines> logger)
{
    /// <summary>So many times the pool's quarantine at most, from the release on: a client that never gives up does not own a port.</summary>
    private const int Most = 10;

    /// <summary>A quarantine from this moment on. Nothing is done where the port has another owner by now, or another life of the same one, or where its quarantine ends at another time than it did for them: the report is late, or a duplicate.</summary>
    public async Task ProlongAsync(PortStillUsed report, CancellationToken cancellationToken)
    {
        while (await ports.GetAsync(PortDocument.IdOf(report.Pool, report.Port), cancellationToken) is { State: PortState.Quarantined, ReleasedAt: { } released } port
            && port.ServiceInstanceId == report.ServiceInstanceId && port.Life == report.Life && (report.QuarantinedUntil ?? port.QuarantinedUntil) == port.QuarantinedUntil)
        {
            var quarantine = views.Pools.Find(port.Pool)?.Quarantine ?? PoolDocument.DefaultQuarantine;
            var (wanted, last) = (time.GetUtcNow() + quarantine, released + (Most * quarantine));
            var until = wanted < last ? wanted : last;
            if (until <= port.QuarantinedUntil)
            {
                return;
            }

            if ((await ports.ReplaceAsync(port with { QuarantinedUntil = until }, cancellationToken)).Written)
            {
                Log.Prolonged(logger, port.Port, port.Pool, port.ServiceInstanceId, until, report.WorkerId);
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2032, LogLevel.Information, "Port {ExternalPort} of pool {Pool} stays in quarantine until {Until}: clients of {ServiceInstanceId} still send to it, says {WorkerId}")]
        public static partial void Prolonged(ILogger logger, int externalPort, string pool, string serviceInstanceId, DateTimeOffset until, string workerId);
    }
}
