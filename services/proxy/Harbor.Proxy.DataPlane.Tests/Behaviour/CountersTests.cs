using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

public sealed class CountersTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Tcp_OneConnection_IsCountedFromBeginningToEnd(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        await client.SendAsync("12345");
        await server.ReceiveAsync(5);
        await server.SendAsync("1234567");
        await client.ReceiveAsync(7);
        await relay.CountersAsync(Transport.Tcp, counters => counters is { Accepted: 1, Active: 1, BytesIn: 5, BytesOut: 7 }, "one active connection");
        client.HalfClose();
        await server.ClosedAsync();
        server.Dispose();
        await relay.EndedAsync(Transport.Tcp, EndReason.ClientClosed);
        relay.Counters(Transport.Tcp).Active.ShouldBe(0);
        relay.Counters(Transport.Udp).Accepted.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Udp_OneSession_IsCounted(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        for (var i = 0; i < 3; i++)
        {
            client.Send("1234");
            await client.ReceiveAsync();
        }

        await relay.CountersAsync(
            Transport.Udp,
            counters => counters is { Accepted: 1, Active: 1, DatagramsIn: 3, DatagramsOut: 3, BytesIn: 12, BytesOut: 12, DatagramsDropped: 0 },
            "three datagrams each way");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Meter_Collected_TellsWhatThePortsDid(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend().Answer('a');
        await relay.BackendsAsync(backend.Snapshot);
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { MaxConnections = 1 });
        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, relay.Meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured[Name(instrument, tags)] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => measured[Name(instrument, tags)] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured[Name(instrument, tags)] = value);
        listener.Start();

        using var asker = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await asker.AnswerAsync();
        using var refused = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await relay.RefusedAsync(Transport.Tcp, RefusalReason.MaxConnections);
        await relay.CountersAsync(Transport.Tcp, counters => counters.BytesOut == 1, "the answer counted");
        listener.RecordObservableInstruments();

        var port = $"port={relay.Port} transport=tcp";
        measured["harbor.proxy.open_ports "].ShouldBe(1);
        measured[$"harbor.proxy.accepted_connections {port}"].ShouldBe(1);
        measured[$"harbor.proxy.active_connections {port}"].ShouldBe(1);
        measured[$"harbor.proxy.refused_connections {port} reason=max_connections"].ShouldBe(1);
        measured[$"harbor.proxy.transferred {port} direction=in"].ShouldBe(1);
        measured[$"harbor.proxy.transferred {port} direction=out"].ShouldBe(1);
        measured[$"harbor.proxy.connect_time {port}"].ShouldBeInRange(0, Waiting.Limit.TotalSeconds);
        measured.Keys.ShouldNotContain(name => name.Contains("udp", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Meter_OfSessions_TellsDatagramsAndEnds(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Answer('a');
        await relay.BackendsAsync(backend.Snapshot);
        using var asker = await Asking.AskAsync(relay.Port, Transport.Udp);
        await asker.AnswerAsync();
        await relay.BackendsAsync();
        await relay.EndedAsync(Transport.Udp, EndReason.BackendGone);
        await asker.AskAsync();
        await relay.RefusedAsync(Transport.Udp, RefusalReason.NoBackend);

        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, relay.Meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured[Name(instrument, tags)] = value);
        listener.Start();
        listener.RecordObservableInstruments();

        var port = $"port={relay.Port} transport=udp";
        measured[$"harbor.proxy.datagrams {port} direction=in"].ShouldBe(2);
        measured[$"harbor.proxy.datagrams {port} direction=out"].ShouldBe(1);
        measured[$"harbor.proxy.datagrams {port} direction=dropped"].ShouldBe(1);
        measured[$"harbor.proxy.ended_connections {port} reason=backend_gone"].ShouldBe(1);
        measured[$"harbor.proxy.refused_connections {port} reason=no_backend"].ShouldBe(1);
    }

    private static string Name(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        $"{instrument.Name} {string.Join(" ", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}";
}
