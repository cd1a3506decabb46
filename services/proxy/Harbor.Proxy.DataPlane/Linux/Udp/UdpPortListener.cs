using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Metrics;
using Harbor.Proxy.DataPlane.Ports;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>
/// A port's UDP side, all of it on one loop: takes in datagrams in batches and gives each to its client's session, which sends what it was given when the
/// batch is through. Owns the table of sessions, and the socket, which sessions answer through and which goes with the last of them.
/// </summary>
internal sealed class UdpPortListener(RelayContext context, EventLoop loop, PortState port, int descriptor) : PortListener(loop)
{
    private Dictionary<ClientEndpoint, UdpSession>? _sessions;
    private TransportCells? _cells;
    private ClientAddress? _boundAddress;

    public RelayContext Context => context;

    public PortState Port => port;

    public TransportState State => port.Udp!;

    public TransportLog Log => State.Log;

    public TransportCells Cells => _cells ??= State.Meter.CellsOf(Loop.Index);

    /// <summary>What the socket is bound to; told in PROXY headers where the kernel did not say which address a datagram came to.</summary>
    public ClientAddress BoundAddress => _boundAddress ??= Kernel.GetLocalName(descriptor, out var name) < 0 ? default : name.ToClientAddress();

    public override void Open()
    {
        Loop.Track(this);
        _ = Loop.Watch(descriptor, EPOLLIN, this, 0);
    }

    /// <summary>No new sessions; those that are there need the socket, so it is watched on. Without any it is closed: the next process may want the port.</summary>
    public override void StopAccepting()
    {
        IsClosed = true;
        CloseIfDone();
    }

    public override void EndAll(EndReason reason)
    {
        foreach (var session in Sessions())
        {
            session.End(reason);
        }
    }

    public override void EndSome(EndReason reason, int oneIn)
    {
        foreach (var session in Sessions().Where(_ => DrainPace.IsDue(oneIn)))
        {
            session.End(reason);
        }
    }

    public override void Changed()
    {
        foreach (var session in Sessions())
        {
            session.Changed();
        }
    }

    /// <summary>Called by a session once, when it ends.</summary>
    public void Ended(UdpSession session, ClientEndpoint client)
    {
        _sessions!.Remove(client);
        State.Gate.Leave(client.Address, Loop.Now);
        context.Limits.Descriptors.Return();
        context.Limits.Sessions.Return();
        Loop.DatagramSessions--;
        CloseIfDone();
    }

    /// <summary>Sends datagrams of a batch to the session's client, from the address that the client knows.</summary>
    public SentDatagrams SendToClient(DatagramBatch batch, ref DatagramChain datagrams, in SocketName client, in LocalAddress from) =>
        DatagramRuns.Send(Loop.Datagrams.Sender, descriptor, batch, ref datagrams, client, from);

    internal override void OnReady(uint events, int side)
    {
        if ((events & EPOLLERR) != 0)
        {
            // Of an answer that could not be delivered. Unread, it would fail the next call, whoever that is for.
            _ = Kernel.TakeError(descriptor);
        }

        var batch = Loop.Datagrams.Batch;
        var count = batch.Receive(descriptor);
        Loop.Received(count);
        var waiting = Loop.Datagrams.Waiting;
        UdpSession? last = null;
        for (var index = 0; index < count; index++)
        {
            Cells.DatagramsIn++;
            if (last is null || !batch.IsOfSameRun(index))
            {
                ref readonly var name = ref batch.Name(index);
                var client = new ClientEndpoint(name.ToClientAddress(), (ushort)name.Port);
                // Most are from the client of the one before.
                last = last?.Client == client ? last : Find(client, name);
            }

            if (last is null)
            {
                Cells.DatagramsDropped++;
            }
            else if (last.Take(batch, index))
            {
                waiting.Add(last);
            }
        }

        foreach (var session in waiting)
        {
            session.Flush(batch);
        }

        waiting.Clear();
    }

    private UdpSession? Find(ClientEndpoint client, in SocketName name)
    {
        if (_sessions is not null && _sessions.TryGetValue(client, out var known))
        {
            return known;
        }

        if (IsClosed)
        {
            return null;
        }

        if (!TryTakeLimits(client, out var refusal))
        {
            Cells.Refused(refusal)++;
            Log.Refused(client, refusal);
            return null;
        }

        Loop.DatagramSessions++;
        var session = UdpSession.Rent(this);
        (_sessions ??= []).Add(client, session);
        session.Begin(client, name);
        return session;
    }

    private bool TryTakeLimits(ClientEndpoint client, out RefusalReason refusal)
    {
        var limits = context.Limits;
        refusal = RefusalReason.Shed;
        if (!limits.Sessions.TryTake())
        {
            return false;
        }

        if (limits.Descriptors.TryTake())
        {
            if (State.Gate.TryEnter(State.Rules, client.Address, Loop.Now, out refusal))
            {
                return true;
            }

            limits.Descriptors.Return();
        }

        limits.Sessions.Return();
        return false;
    }

    private void CloseIfDone()
    {
        if (IsClosed && Slot >= 0 && _sessions is not { Count: > 0 })
        {
            Loop.Unwatch(descriptor);
            Loop.Untrack(this);
            Kernel.Close(descriptor);
            context.Limits.Descriptors.Return();
        }
    }

    private UdpSession[] Sessions() => _sessions is { Count: > 0 } ? [.. _sessions.Values] : [];
}
