using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Listening;
using Harbor.Proxy.DataPlane.Managed.Tcp;
using Harbor.Proxy.DataPlane.Managed.Udp;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Managed;

/// <summary>The portable engine, on the runtime's sockets and thread pool. Owns its ports, the timer that looks after time limits, and the verifier.</summary>
internal sealed class ManagedRelayEngine : IRelayEngine
{
    /// <summary>How late a time limit may be noticed.</summary>
    internal static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    private readonly ManagedContext _context;
    private readonly ConcurrentDictionary<int, ManagedPort> _ports = new();
    private readonly ConcurrentDictionary<int, Lock> _locks = new();
    private readonly BackendVerifier _verifier;
    private readonly ITimer _sweeper;
    private int _isStopped;

    public ManagedRelayEngine(RelayContext relay)
    {
        _context = new ManagedContext(relay);
        _verifier = new BackendVerifier(relay);
        _sweeper = relay.Clock.Time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    public string Name => "managed";

    public IReadOnlyCollection<int> OpenPorts => [.. _ports.Keys];

    /// <summary>For tests: everything that must be back at zero when all is over.</summary>
    internal ManagedContext Context => _context;

    public ValueTask<ListenResult> ApplyAsync(PortSnapshot port, CancellationToken cancellationToken)
    {
        lock (LockOf(port.Port))
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isStopped) != 0, this);
            if (_ports.TryGetValue(port.Port, out var open))
            {
                if (open.State.IsAs(port))
                {
                    return ValueTask.FromResult(ListenResult.Open);
                }

                if (open.Transports == port.Transports)
                {
                    open.Apply(port);
                    _verifier.Verify(open);
                    return ValueTask.FromResult(ListenResult.Open);
                }

                Close(open, EndReason.PortClosed);
            }

            return ValueTask.FromResult(Open(port));
        }
    }

    public ValueTask<bool> CloseAsync(int port)
    {
        lock (LockOf(port))
        {
            if (!_ports.TryGetValue(port, out var open))
            {
                return ValueTask.FromResult(false);
            }

            Close(open, EndReason.PortClosed);
            return ValueTask.FromResult(true);
        }
    }

    public async ValueTask DrainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isStopped, 1);
        foreach (var (number, port) in _ports)
        {
            lock (LockOf(number))
            {
                port.StopListening();
            }
        }

        try
        {
            await DrainPace.RunAsync(limit, _context.WhenNoneLeftAsync(), _context.Clock.Time, EndSomeAsync, cancellationToken);
        }
        finally
        {
            CloseAll();
        }
    }

    public TransportCounters? GetCounters(int port, Transport transport) => _context.Relay.Metrics.Read(port, transport);

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isStopped, 1);
        _verifier.Dispose();
        await _sweeper.DisposeAsync();
        CloseAll();
        // Their sockets are reset; their loops end on the pool.
        await _context.WhenNoneLeftAsync();
    }

    private Lock LockOf(int port) => _locks.GetOrAdd(port, _ => new Lock());

    private ListenResult Open(PortSnapshot snapshot)
    {
        var state = new PortState(snapshot, _context.Relay);
        var tcp = default(Socket);
        var transport = Transport.Tcp;
        try
        {
            tcp = state.Tcp is null ? null : Listen(snapshot.Port, transport);
            transport = Transport.Udp;
            var udp = state.Udp is null ? null : Listen(snapshot.Port, transport);
            var changed = new ChangeSignal();
            var port = new ManagedPort(
                state,
                changed,
                tcp is null ? null : new TcpPortListener(_context, state, changed, tcp),
                udp is null ? null : new UdpPortListener(_context, state, udp));
            _ports[snapshot.Port] = port;
            _context.Relay.Metrics.Add(state);
            port.Start();
            _verifier.Verify(port);
            return ListenResult.Open;
        }
        catch (SocketException e)
        {
            if (tcp is not null)
            {
                tcp.Dispose();
                _context.Relay.Limits.Descriptors.Return();
            }

            return ListenRefusal.From(new IPEndPoint(_context.Relay.Options.ListenAddress, snapshot.Port), transport, e.SocketErrorCode);
        }
    }

    private Socket Listen(int port, Transport transport)
    {
        if (!_context.Relay.Limits.Descriptors.TryTake())
        {
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        try
        {
            return ListenSockets.Open(_context.Relay.Options.ListenAddress, port, transport, _context.Relay.Options.Backlog);
        }
        catch (SocketException)
        {
            _context.Relay.Limits.Descriptors.Return();
            throw;
        }
    }

    private void Close(ManagedPort port, EndReason reason)
    {
        port.StopListening();
        port.EndSessions(reason);
        _context.Relay.Metrics.Remove(port.State);
        _ports.TryRemove(port.State.Port, out _);
    }

    private void CloseAll()
    {
        foreach (var (number, port) in _ports)
        {
            lock (LockOf(number))
            {
                Close(port, EndReason.Drained);
            }
        }
    }

    private void Sweep()
    {
        var nowMs = _context.Clock.NowMs;
        foreach (var (_, port) in _ports)
        {
            port.Sweep(nowMs);
        }
    }

    private Task EndSomeAsync(int oneIn)
    {
        foreach (var (_, port) in _ports)
        {
            port.EndSome(EndReason.Drained, oneIn);
        }

        return Task.CompletedTask;
    }
}
