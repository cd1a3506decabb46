using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using Harbor.Testing.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>An engine with one port under test. Owns the engine; disposing it ends all that the engine carries.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public Relay(RelayEngineKind kind, RelayOptions? options = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        Meters = _services.GetRequiredService<IMeterFactory>();
        Engine = RelayEngine.Create((options ?? new RelayOptions()) with { Engine = kind }, time ?? TimeProvider.System, Meters, loggers ?? NullLoggerFactory.Instance);
        Snapshot = new PortSnapshot { Port = FreePorts.Next(), Transports = Transports.Both, Owner = "7f1c-owner" };
    }

    public IRelayEngine Engine { get; }

    public IMeterFactory Meters { get; }

    /// <summary>What was last applied.</summary>
    public PortSnapshot Snapshot { get; private set; }

    public int Port => Snapshot.Port;

    public static BackendSnapshot BackendAt(int port, string identity = "") =>
        new() { Address = new IPEndPoint(IPAddress.Loopback, port), Identity = identity == "" ? $"instance {port}" : identity };

    /// <summary>Opens the port with these backends, or changes it.</summary>
    public Task BackendsAsync(params IEnumerable<BackendSnapshot> backends) =>
        ApplyAsync(Snapshot with { Backends = [.. backends] });

    /// <summary>Changes the policy of a transport.</summary>
    public Task PolicyAsync(Transport transport, Func<RelayPolicy, RelayPolicy> change) => ApplyAsync(
        transport == Transport.Tcp ? Snapshot with { Tcp = change(Snapshot.Tcp) } : Snapshot with { Udp = change(Snapshot.Udp) });

    public async Task ApplyAsync(PortSnapshot snapshot)
    {
        Snapshot = snapshot;
        var result = await Engine.ApplyAsync(snapshot, CancellationToken.None);
        result.IsOpen.ShouldBeTrue($"{result.Transport} {result.Reason} {result.Holder}");
    }

    public TransportCounters Counters(Transport transport) =>
        Engine.GetCounters(Port, transport) ?? throw new InvalidOperationException($"Port {Port} has no {transport} counters");

    public Task RefusedAsync(Transport transport, RefusalReason reason, long count = 1) => CountersAsync(
        transport, counters => counters.Refused.GetValueOrDefault(reason) >= count, $"{count} refused as {reason}");

    public Task EndedAsync(Transport transport, EndReason reason, long count = 1) => CountersAsync(
        transport, counters => counters.Ended.GetValueOrDefault(reason) >= count, $"{count} ended as {reason}");

    public Task CountersAsync(Transport transport, Func<TransportCounters, bool> condition, string what) => Waiting.UntilAsync(
        () => condition(Counters(transport)), () => $"{what}; the counters of {transport} are {Describe(Counters(transport))}");

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync().AsTask().WithinAsync("the engine to end");
        await _services.DisposeAsync();
    }

    private static string Describe(TransportCounters counters) =>
        $"{counters}; refused {Describe(counters.Refused)}; ended {Describe(counters.Ended)}";

    private static string Describe<TKey>(ImmutableDictionary<TKey, long> counts)
        where TKey : notnull => string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"));
}
