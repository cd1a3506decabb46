using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Linux.Listening;
using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Metrics;
using Harbor.Proxy.DataPlane.Ports;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <summary>
/// A port's TCP side on one loop: accepts, and keeps the sessions of this loop. All loops watch the same listening socket, which the port owns:
/// EPOLLEXCLUSIVE wakes one of them. (One socket a loop with SO_REUSEPORT would take 5,001 descriptors more and hide other processes on the port.)
/// </summary>
internal sealed class TcpPortListener(RelayContext context, EventLoop loop, PortState port, int descriptor) : PortListener(loop)
{
    private const int MostAtOnce = 64;
    private const long PauseMs = 100;

    /// <summary>How many more sessions this loop may have than the idlest before it hands new ones over, which costs a wake-up: this, and an eighth of its own.</summary>
    private const int Slack = 4;

    private TcpPortListener[] _all = [];
    private TransportCells? _cells;
    private int _atOnce = 1;

    public long HalfCloseMs => (long)context.Options.HalfCloseTimeout.TotalMilliseconds;

    public RelayContext Context => context;

    public PortState Port => port;

    public TransportState State => port.Tcp!;

    public TransportLog Log => State.Log;

    public TransportCells Cells => _cells ??= State.Meter.CellsOf(Loop.Index);

    /// <summary>The first of this loop's sessions on the port; the others are linked to it.</summary>
    public TcpSession? FirstSession { get; set; }

    /// <summary>The same port on every loop, this one included. Before <see cref="Open"/>.</summary>
    public void Join(TcpPortListener[] all) => _all = all;

    public override void Open()
    {
        Loop.Pipes ??= new PipePool(context.Limits.Descriptors);
        Loop.Track(this);
        Watch();
    }

    public override void StopAccepting()
    {
        if (Slot >= 0)
        {
            Loop.Unwatch(descriptor);
            Loop.Untrack(this);
        }

        IsClosed = true;
    }

    public override void EndAll(EndReason reason)
    {
        while (FirstSession is { } session)
        {
            session.Abort(reason);
        }
    }

    public override void EndSome(EndReason reason, int oneIn)
    {
        for (var session = FirstSession; session is not null;)
        {
            var next = session.Next;
            if (DrainPace.IsDue(oneIn))
            {
                session.Abort(reason);
            }

            session = next;
        }
    }

    public override void Changed()
    {
        for (var session = FirstSession; session is not null;)
        {
            // The session may end and unlink itself.
            var next = session.Next;
            session.Changed();
            session = next;
        }
    }

    internal override void OnReady(uint events, int side)
    {
        for (var count = 0; count < _atOnce; count++)
        {
            var client = Kernel.Accept(descriptor, out var peer);
            if (client < 0)
            {
                // One call too many tells that the queue is empty; with one at a time it is not made.
                _atOnce = client == -Errno.Again ? Math.Max(1, count) : 1;
                if (client is -Errno.TooManyFiles or -Errno.FileTableFull or -Errno.NoMemory or -Errno.NoBuffers)
                {
                    Pause(client);
                }

                return;
            }

            Place(client, peer);
        }

        _atOnce = Math.Min(_atOnce * 2, MostAtOnce);
    }

    internal override void OnTimer() => Watch();

    /// <summary>Others of this process took what we had counted on. Clients wait in the kernel's queue meanwhile, and this loop does not spin.</summary>
    private void Pause(int error)
    {
        Log.OutOfDescriptors(ListeningSocket.Describe(error));
        Loop.Unwatch(descriptor);
        Loop.Arm(this, PauseMs);
    }

    private void Watch() => _ = Loop.Watch(descriptor, EPOLLIN | EPOLLEXCLUSIVE, this, 0);

    private void Place(int client, in SocketName peer)
    {
        var idlest = this;
        foreach (var other in _all)
        {
            if (other.Loop.Load + Slack + (Loop.Load / 8) <= idlest.Loop.Load)
            {
                idlest = other;
            }
        }

        var source = new ClientEndpoint(peer.ToClientAddress(), (ushort)peer.Port);
        if (idlest == this)
        {
            Admit(client, source);
        }
        else if (!idlest.Loop.PostConnection(() => idlest.Admit(client, source)))
        {
            Kernel.Reset(client);
        }
    }

    private void Admit(int client, ClientEndpoint source)
    {
        if (IsClosed)
        {
            Kernel.Reset(client);
            return;
        }

        var limits = context.Limits;
        if (!limits.Descriptors.TryTake(2))
        {
            Refuse(client, source, RefusalReason.Shed);
        }
        else if (!limits.Connections.TryTake())
        {
            limits.Descriptors.Return(2);
            Refuse(client, source, RefusalReason.Shed);
        }
        else if (!State.Gate.TryEnter(State.Rules, source.Address, Loop.Now, out var refusal))
        {
            limits.Connections.Return();
            limits.Descriptors.Return(2);
            Refuse(client, source, refusal);
        }
        else
        {
            Loop.Connections++;
            TcpSession.Rent(this).Begin(client, source);
        }
    }

    private void Refuse(int client, ClientEndpoint source, RefusalReason reason)
    {
        Cells.Refused(reason)++;
        Log.Refused(source, reason);
        Kernel.Reset(client);
    }
}
