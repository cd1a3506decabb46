using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A backend that neither accepts nor refuses: its queue is full, so the system drops what knocks. Owns its sockets.</summary>
internal sealed class StuckBackend : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queued = [];

    public StuckBackend()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        // A backlog of 0 still queues one; some systems round up.
        for (var i = 0; i < 4; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            try
            {
                socket.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                // Under way: that is the point.
            }

            _queued.Add(socket);
        }
    }

    public BackendSnapshot Snapshot => new() { Address = (IPEndPoint)_listener.LocalEndPoint!, Identity = "stuck" };

    public void Dispose()
    {
        _queued.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }
}
