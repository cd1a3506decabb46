using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>An application instance that listens on TCP; the test plays its part on what it accepts. Owns its listening socket.</summary>
internal sealed class TcpBackend : IDisposable
{
    private readonly Socket _listener;

    public TcpBackend(int port = 0, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(4096);
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public BackendSnapshot Snapshot => new() { Address = Address, Identity = $"instance {Address.Port}" };

    public async Task<TcpPeer> AcceptAsync() => new(await _listener.AcceptAsync().WithinAsync("the relay to connect to the backend"));

    /// <summary>From now on plays an application that answers each byte with its own, on any number of connections.</summary>
    public TcpBackend Echo() => Serve(async peer =>
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await peer.Socket.ReceiveAsync(buffer, SocketFlags.None)) > 0)
        {
            await peer.SendAsync(buffer.AsMemory(0, count));
        }
    });

    /// <summary>From now on answers the first byte of each connection with one of its own, and keeps the connection.</summary>
    public TcpBackend Answer(char name) => Serve(async peer =>
    {
        while (await peer.Socket.ReceiveAsync(new byte[1], SocketFlags.None) > 0)
        {
            await peer.SendAsync(name.ToString());
        }
    });

    public void Dispose() => _listener.Dispose();

    private TcpBackend Serve(Func<TcpPeer, Task> serve)
    {
        _ = AcceptAllAsync(serve);
        return this;
    }

    private async Task AcceptAllAsync(Func<TcpPeer, Task> serve)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(new TcpPeer(await _listener.AcceptAsync()), serve);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(TcpPeer peer, Func<TcpPeer, Task> serve)
    {
        using (peer)
        {
            try
            {
                await serve(peer);
            }
            catch (SocketException)
            {
                // As the test wanted.
            }
        }
    }
}
