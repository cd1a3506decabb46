using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Linux.Tcp;
using Harbor.Proxy.DataPlane.Linux.Udp;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Linux;

/// <summary>An open port: its listening socket for TCP, which it owns, and its part on each loop. Its members are called by one caller at a time.</summary>
internal sealed class LinuxPort
{
    private readonly RelayContext _context;
    private readonly List<PortListener> _listeners = [];
    private int _tcpSocket = -1;

    /// <summary>Takes over the sockets, and the descriptors that were taken for them.</summary>
    public LinuxPort(RelayContext context, IReadOnlyList<EventLoop> loops, PortState state, Dictionary<Transport, int> sockets)
    {
        _context = context;
        State = state;
        if (sockets.TryGetValue(Transport.Tcp, out var tcp))
        {
            _tcpSocket = tcp;
            TcpPortListener[] all = [.. loops.Select(loop => new TcpPortListener(context, loop, state, tcp))];
            foreach (var listener in all)
            {
                listener.Join(all);
            }

            _listeners.AddRange(all);
        }

        if (sockets.TryGetValue(Transport.Udp, out var udp))
        {
            // A UDP port's sessions share its socket: one loop has them all, and ports are spread over loops.
            _listeners.Add(new UdpPortListener(context, loops[state.Port % loops.Count], state, udp));
        }
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
        if (_tcpSocket >= 0)
        {
            Kernel.Close(_tcpSocket);
            _tcpSocket = -1;
            _context.Limits.Descriptors.Return();
        }
    }
}
