namespace Harbor.Proxy.DataPlane;

/// <summary>
/// Listens on ports and relays what comes to their backends. Two engines: <c>Linux/</c> (event loops over epoll) and <c>Managed/</c> (portable);
/// one behaviour suite holds both to this contract. All members may be called from any thread; calls for one port are applied in the order
/// in which they were made. Disposing closes every port and resets every connection.
/// </summary>
public interface IRelayEngine : IAsyncDisposable
{
    /// <summary>The engine's name, for logs: <c>linux</c> or <c>managed</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Makes a port be as the snapshot says: opens it where it is not open, and swaps policy and backends where it is, without closing a
    /// listener or an admitted connection, except those of backends that are gone, which are reset before this returns. A port is open with
    /// all its protocols or with none. Calling it again for a refused port tries to listen again.
    /// </summary>
    ValueTask<ListenResult> ApplyAsync(PortSnapshot port, CancellationToken cancellationToken);

    /// <summary>Stops listening on the port and resets its connections. False where it was not open.</summary>
    ValueTask<bool> CloseAsync(int port);

    /// <summary>
    /// Stops listening on all ports; connections go on until they end. Those that are left after half of the time are reset one by one during the other half,
    /// so that their clients do not all come back at once.
    /// </summary>
    ValueTask DrainAsync(TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>The counters of one transport of an open port; null where it is not open.</summary>
    TransportCounters? GetCounters(int port, Transport transport);

    /// <summary>The ports that are open, in no order.</summary>
    IReadOnlyCollection<int> OpenPorts { get; }
}
