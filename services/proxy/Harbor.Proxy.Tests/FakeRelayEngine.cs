using System.Collections.Concurrent;
using Harbor.Proxy.DataPlane;

namespace Harbor.Proxy.Tests;

/// <summary>An engine without sockets: takes down what it is told, and refuses the ports it is told to refuse.</summary>
internal sealed class FakeRelayEngine(RelayOptions options) : IRelayEngine
{
    private readonly ConcurrentDictionary<int, PortSnapshot> _open = new();

    public RelayOptions Options => options;

    public string Name => "fake";

    public ConcurrentDictionary<int, ListenResult> Refusals { get; } = new();

    /// <summary>What was done, in order: <c>apply 20001 for A with [..]</c> as the snapshot itself, <c>close</c> as a null.</summary>
    public EventLog<(int Port, PortSnapshot? Applied)> Acts { get; } = new();

    public IReadOnlyCollection<int> OpenPorts => [.. _open.Keys];

    public TaskCompletionSource Drained { get; } = new();

    public ValueTask<ListenResult> ApplyAsync(PortSnapshot port, CancellationToken cancellationToken)
    {
        Acts.Add((port.Port, port));
        if (Refusals.TryGetValue(port.Port, out var refusal))
        {
            return ValueTask.FromResult(refusal);
        }

        _open[port.Port] = port;
        return ValueTask.FromResult(ListenResult.Open);
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
