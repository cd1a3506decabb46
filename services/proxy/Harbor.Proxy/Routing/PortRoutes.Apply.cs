using System.Net;
using Harbor.Contracts.Ports;
using Harbor.Proxy.DataPlane;
using Harbor.State.Workers;

namespace Harbor.Proxy.Routing;

/// <content>One port's change, carried out.</content>
internal sealed partial class PortRoutes
{
    private async Task ApplyAsync(IRelayEngine engine, PortRoute route, PortRoute.Wish wish, CancellationToken cancellationToken)
    {
        try
        {
            var before = route.Serving;
            if (wish.Active is not { } wanted)
            {
                await CloseAsync(engine, route);
                ReportClosed(route.Port, before, wish.Port);
                return;
            }

            if (before.Status is not PortStatus.Closed && !before.IsFor(wanted))
            {
                // Another owner is another port that happens to have the same number: nothing of the old one may reach the new one's backends.
                await CloseAsync(engine, route);
                ReportClosed(route.Port, before, null);
            }
            else if (wish.Relisten)
            {
                await CloseAsync(engine, route);
            }

            await OpenAsync(engine, route, wanted, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.ApplyFailed(logger, exception, route.Port, options.Value.Pool, wish.Active?.ServiceInstanceId);
        }
    }

    private async Task OpenAsync(IRelayEngine engine, PortRoute route, WantedPort wanted, CancellationToken cancellationToken)
    {
        var found = await addresses.FindAsync(wanted.Backends.Select(backend => backend.Host), cancellationToken);
        foreach (var backend in wanted.Backends.Where(backend => !found.ContainsKey(backend.Host)))
        {
            Log.NameUnknown(logger, backend.Host, wanted.Port, backend.AppGuid);
        }

        // Ours: in the relay's way it would look like another process.
        posts.Close(wanted.Port);
        var before = route.Serving;
        var located = wanted.Backends.Select(backend => (backend, found.TryGetValue(backend.Host, out var address) ? new IPEndPoint(address, backend.Port) : null));
        var served = _served.Claim(wanted.Port, [.. located]);
        var result = await engine.ApplyAsync(wanted.ToSnapshot(served), cancellationToken);
        Keep(wanted.Port, result.IsOpen ? served.Select(backend => backend.Address).OfType<IPEndPoint>() : []);
        if (result.IsOpen)
        {
            route.Serving = new PortServing(PortStatus.Open, wanted.ServiceInstanceId, wanted.Life, null);
            refused.Clear(wanted.Port);
            if (before.Status is not PortStatus.Open)
            {
                Log.Opened(logger, wanted.Port, wanted.Protocol, wanted.ServiceInstanceId, options.Value.Pool);
                ReportOpened(wanted);
            }
        }
        else
        {
            Refuse(route, wanted, result, before);
        }
    }

    private void Refuse(PortRoute route, WantedPort wanted, ListenResult result, PortServing before)
    {
        var refusal = new RefusedPort
        {
            Port = wanted.Port,
            Protocol = result.Transport is Transport.Udp ? TransportProtocol.Udp : TransportProtocol.Tcp,
            Reason = result.Reason ?? "unknown",
            Holder = result.Holder,
            Since = before.Refusal?.Since ?? time.GetUtcNow(),
        };
        route.Serving = new PortServing(PortStatus.Refused, wanted.ServiceInstanceId, wanted.Life, refusal);
        refused.Add(refusal);

        // It is tried again and again; said once, and again when something else is in the way.
        if (before.Refusal is null || before.Refusal.Holder != refusal.Holder || before.Refusal.Protocol != refusal.Protocol)
        {
            Log.Refused(logger, wanted.Port, refusal.Protocol, refusal.Holder ?? "a process that the system does not name", refusal.Reason, wanted.ServiceInstanceId, options.Value.Pool);
            reports.Refused(wanted.ServiceInstanceId, wanted.Life, refusal);
        }
    }

    private async Task CloseAsync(IRelayEngine engine, PortRoute route)
    {
        var before = route.Serving;
        await engine.CloseAsync(route.Port);
        Keep(route.Port, []);
        route.Serving = PortServing.Closed;
        if (before.ServiceInstanceId is { } owner)
        {
            Log.Closed(logger, route.Port, owner, options.Value.Pool);
        }
    }

    /// <summary>Once the relay is so: what it is not led to any more may be another port's from now on.</summary>
    private void Keep(int port, IEnumerable<IPEndPoint> addresses)
    {
        foreach (var waiting in _served.Keep(port, addresses))
        {
            Again(waiting);
        }
    }

    private void ReportClosed(int port, PortServing before, WantedPort? released)
    {
        if (before.ServiceInstanceId is { } owner)
        {
            reports.Closed(owner, before.Life, port);
        }

        // A port that was never open here is reported too, also where another owner's was: whoever released it waits for this worker. But at start there are
        // ports that were released long ago, and nobody waits for those.
        if (_snapshotSeen && released is not null && !before.IsFor(released))
        {
            reports.Closed(released.ServiceInstanceId, released.Life, port);
        }
    }

    private void ReportOpened(WantedPort port)
    {
        // A worker that starts opens thousands of ports that nobody waits for. What is being provisioned was allocated just now; and if it
        // was not, whoever waits will ask (ReportPort).
        if (_snapshotSeen || time.GetUtcNow() - port.AllocatedAt < TimeSpan.FromMinutes(5))
        {
            reports.Opened(port.ServiceInstanceId, port.Life, port.Port);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3000, LogLevel.Information, "Port {ExternalPort} is open for {Protocol}, for service instance {ServiceInstanceId} of pool {Pool}")]
        public static partial void Opened(ILogger logger, int externalPort, PortProtocol protocol, string serviceInstanceId, string pool);

        [LoggerMessage(3001, LogLevel.Information, "Port {ExternalPort} is closed; it was of service instance {ServiceInstanceId} of pool {Pool}")]
        public static partial void Closed(ILogger logger, int externalPort, string serviceInstanceId, string pool);

        [LoggerMessage(3002, LogLevel.Warning, "Port {ExternalPort} cannot be opened for {Protocol}, because it is held by {Holder}: {Reason}. Service instance {ServiceInstanceId} of pool {Pool} is not served here; it is tried again until it is free")]
        public static partial void Refused(ILogger logger, int externalPort, TransportProtocol protocol, string holder, string reason, string serviceInstanceId, string pool);

        [LoggerMessage(3003, LogLevel.Error, "Port {ExternalPort} of pool {Pool} could not be made as stored, for service instance {ServiceInstanceId}; it stays as it was")]
        public static partial void ApplyFailed(ILogger logger, Exception exception, int externalPort, string pool, string? serviceInstanceId);

        [LoggerMessage(3004, LogLevel.Debug, "Backend host {Host} of port {ExternalPort}, application {AppGuid}, has a name that does not resolve; it gets no traffic until it does")]
        public static partial void NameUnknown(ILogger logger, string host, int externalPort, string appGuid);

        [LoggerMessage(3005, LogLevel.Information, "{Ports} stored ports of pool {Pool} are open, {ElapsedMs:0} ms after the first of them was read; {RefusedPorts} are refused")]
        public static partial void AllOpened(ILogger logger, int ports, string pool, double elapsedMs, int refusedPorts);
    }
}
