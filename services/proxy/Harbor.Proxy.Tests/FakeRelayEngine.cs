using System.Collections.Concurrent;
using Harbor.Proxy.DataPlane;

namespace Harbor.Proxy.Tests;

/// <summary>An engine without sockets: takes down what it is told, and refuses the ports it is told to refuse.</summary>
internal sealed class FakeRelayEngine(RelayOptions options) : IRelayEngine
{
    private readonly ConcurrentDictionary<int, PortSnapshot> _open = new();
    private readonly ConcurrentDictionary<int, HeldChange> _held = new();

    public RelayOptions Options => options;

    public string Name => "fake";

    public ConcurrentDictionary<int, ListenResult> Refusals { get; } = new();

    /// <summary>What was done, in order: <c>apply 20001 for A with [..]</c> as the snapshot itself, <c>close</c> as a null.</summary>
    public EventLog<(int Port, PortSnapshot? Applied)> Acts { get; } = new();

    public IReadOnlyCollection<int> OpenPorts => [.. _open.Keys];

    public TaskCompletionSource Drained { get; } = new();

    /// <summary>Makes the next change of the port wait.</summary>
    public HeldChange Hold(int port)
    {
        var gate = new HeldChange();
        _held[port] = gate;
        return gate;
    }

    public async ValueTask<ListenResult> ApplyAsync(PortSnapshot port, CancellationToken cancellationToken)
    {
        if (_held.TryRemove(port.Port, out var gate))
        {
            await gate.PassAsync(cancellationToken);
        }

        Acts.Add((port.Port, port));
        if (Refusals.TryGetValue(port.Port, out var refusal))
        {
            return refusal;
        }

        _open[port.Port] = port;
        return ListenResult.Open;
    }

    public ValueTask<bool> CloseAsync(int port)
    {
        Acts.Add((port, null));
        return ValueTask.FromResult(_open.TryRemove(port, out _));
    }

    public ValueTask DrainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Drained.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public TransportCounters? GetCounters(int port, Transport transport) => null;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
