using System.Diagnostics.Metrics;

namespace Harbor.Hosting.Nats;

internal sealed class NatsMetrics
{
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _lost;

    public NatsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("harbor.nats");
        _dropped = meter.CreateCounter<long>("harbor.nats.messages_dropped", description: "Messages dropped because a subscription did not keep up.");
        _lost = meter.CreateCounter<long>("harbor.nats.connections_lost", description: "Times that the connection to NATS was lost.");
    }

    public void MessageDropped(string subject) => _dropped.Add(1, new KeyValuePair<string, object?>("subject", subject));

    public void ConnectionLost() => _lost.Add(1);
}
