using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Linux.Tcp;
using Harbor.Proxy.DataPlane.Linux.Udp;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Linux;

/// <summary>An open port: its listening socket for TCP, which it owns, and its part on each loop. Its members are called by one caller at a time.</summary>
internal sealed class LinuxPort : IVerifiedPort
{
    private readonly RelayContext _context;
    private readonly PortListener[] _listeners;
    private int? _tcpSocket;

    /// <summary>Takes over the sockets, and the descriptors that were taken for them.</summary>
    /// <param name="context">What all ports share.</param>
    /// <param name="loops">All loops of the engine.</param>
    /// <param name="state">Rules and backends.</param>
    /// <param name="tcp">The listening socket; null where the port has no TCP.</param>
    /// <param name="udp">The bound socket; null where the port has no UDP.</param>
    public LinuxPort(RelayContext context, IReadOnlyList<EventLoop> loops, PortState state, int? tcp, int? udp)
    {
        _context = context;
        _tcpSocket = tcp;
        State = state;
        TcpPortListener[] all = tcp is not { } listening ? [] : [.. loops.Select(loop => new TcpPortListener(context, loop, state, listening))];
        foreach (var listener in all)
        {
            listener.Join(all);
        }

        // A UDP port's sessions share its socket: one loop has them all, and ports are spread over loops.
        _listeners = udp is not { } bound ? all : [.. all, new UdpPortListener(context, loops[state.Port % loops.Count], state, bound)];
    }

    public PortState State { get; }

    /// <summary>Lets the loops begin. They have not when this returns: clients that come before wait in the kernel.</summary>
    public void Open()
    {
        foreach (var listener in _listeners)
        {
            _ = listener.Loop.Post(listener.Open);
        }
    }

    /// <summary>Takes over a later snapshot. Returns once no loop has a connection left to a backend that is gone.</summary>
    public Task ChangeAsync(PortSnapshot snapshot)
    {
        // Marks the backends that are gone; each loop finds its own sessions of them.
        _ = State.Swap(snapshot);
        return OnEachAsync(listener => listener.Changed());
    }

    /// <summary>Stops listening; the sessions that are there go on. UDP's have no socket but the port's, which stays until the last of them has ended.</summary>
    public async Task UnbindAsync()
    {
        await OnEachAsync(listener => listener.StopAccepting());
        CloseTcpSocket();
    }

    /// <summary>Ends one session in so many, by chance.</summary>
    public Task EndSomeAsync(EndReason reason, int oneIn) => OnEachAsync(listener => listener.EndSome(reason, oneIn));

    /// <summary>Ends every session and closes the sockets.</summary>
    public async Task CloseAsync(EndReason reason)
    {
        await OnEachAsync(listener =>
        {
            listener.StopAccepting();
            listener.EndAll(reason);
        });
        CloseTcpSocket();
    }

    /// <summary>A backend has been verified: sessions that wait for one may go to it.</summary>
    public void BackendVerified()
    {
        foreach (var listener in _listeners)
        {
            _ = listener.Loop.Post(listener.Changed);
        }
    }

    private Task OnEachAsync(Action<PortListener> action) =>
        Task.WhenAll(_listeners.Select(listener => listener.Loop.RunAsync(() => action(listener))));

    private void CloseTcpSocket()
    {
        if (_tcpSocket is { } socket)
        {
            Kernel.Close(socket);
            _tcpSocket = null;
            _context.Limits.Descriptors.Return();
        }
    }
}
