using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harbor.DeaSimulator.Instances;

/// <summary>Greets each connection with the banner and sends back what it gets, until the client has finished. Owns the listening socket and every accepted one.</summary>
internal sealed class EchoTcpListener : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly byte[] _banner;
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Task _accepting;

    public EchoTcpListener(Socket listener, string banner)
    {
        _listener = listener;
        _banner = Encoding.UTF8.GetBytes(banner);
        Address = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public IPEndPoint Address { get; }

    public int OpenConnections => _connections.Count;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var socket in _connections.Keys)
        {
            // Linger zero: a reset, so that nobody takes the death of the process for an orderly end.
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }

        await Task.WhenAll(_connections.Values);
    }

    private async Task AcceptAsync()
    {
        await Task.Yield();
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            var started = new TaskCompletionSource();
            _connections[socket] = EchoAsync(socket, started.Task);
            started.SetResult();
        }
    }

    private async Task EchoAsync(Socket socket, Task started)
    {
        await started;
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            await socket.SendAsync(_banner);
            int received;
            while ((received = await socket.ReceiveAsync(buffer)) > 0)
            {
                for (var sent = 0; sent < received;)
                {
                    sent += await socket.SendAsync(buffer.AsMemory(sent, received - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client or this server is gone: either way the echo is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _connections.TryRemove(socket, out _);
            socket.Dispose();
        }
    }
}
