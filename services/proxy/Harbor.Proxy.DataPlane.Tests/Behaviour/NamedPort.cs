using System.Net;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A port of one transport whose instances answer with their names. Owns the relay, the instances and the clients that it asks by itself.</summary>
internal sealed class NamedPort : IAsyncDisposable
{
    private readonly Transport _transport;
    private readonly List<IDisposable> _peers = [];

    private NamedPort(RelayEngineKind kind, Transport transport, RelayOptions? options)
    {
        _transport = transport;
        Relay = new Relay(kind, options);
    }

    public Relay Relay { get; }

    public TransportCounters Counters => Relay.Counters(_transport);

    public static async Task<NamedPort> OpenAsync(RelayEngineKind kind, Transport transport, string names, RelayOptions? options = null)
    {
        var port = new NamedPort(kind, transport, options);
        await port.Relay.ApplyAsync(port.Relay.Snapshot with { Transports = transport == Transport.Tcp ? Transports.Tcp : Transports.Udp });
        foreach (var name in names)
        {
            await port.StartAsync(name);
        }

        return port;
    }

    /// <summary>One more instance.</summary>
    public async Task StartAsync(char name)
    {
        var (snapshot, instance) = Asking.Start(_transport, name);
        _peers.Add(instance);
        await Relay.BackendsAsync([.. Relay.Snapshot.Backends, snapshot]);
    }

    public Task PolicyAsync(Func<RelayPolicy, RelayPolicy> change) => Relay.PolicyAsync(_transport, change);

    public Task<Asker> AskAsync(IPAddress? from = null) => Asking.AskAsync(Relay.Port, _transport, from);

    /// <summary>One that has its first answer, and stays.</summary>
    public async Task<Asker> AnsweredAsync(IPAddress? from = null)
    {
        var asker = await AskAsync(from);
        (await asker.AnswerAsync()).ShouldBe('a');
        return asker;
    }

    /// <summary>The next one is refused for this reason.</summary>
    public async Task RefusesAsync(RefusalReason reason, IPAddress? from = null)
    {
        using var asker = await AskAsync(from);
        await RefusedAsync(asker, reason);
    }

    /// <summary>New ones, which stay, until one is refused for this reason.</summary>
    public async Task AskUntilRefusedAsync(RefusalReason reason)
    {
        for (var count = 0; !Counters.Refused.ContainsKey(reason); count++)
        {
            count.ShouldBeLessThan(1_000, "more came in than the rule allows");
            _peers.Add(await AskAsync());
        }
    }

    public Task<char> WhoAsync(IPAddress? from = null) => Asking.WhoAsync(Relay.Port, _transport, from);

    public async Task RefusedAsync(Asker asker, RefusalReason reason)
    {
        await asker.RefusedAsync();
        await Relay.RefusedAsync(_transport, reason);
    }

    /// <summary>Null for a client that was refused: TCP is reset, and of UDP everything was answered or dropped, and nothing is there.</summary>
    public async Task<char?> AnswerOrNullAsync(Asker asker)
    {
        if (_transport == Transport.Udp)
        {
            // An answer is counted once the client's socket has it.
            await Relay.CountersAsync(_transport, counters => counters.DatagramsOut + counters.DatagramsDropped >= counters.DatagramsIn, "every datagram to be answered or dropped");
            if (!asker.HasAnswer)
            {
                return null;
            }
        }

        try
        {
            return await asker.AnswerAsync();
        }
        catch (System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        _peers.ForEach(peer => peer.Dispose());
    }
}
