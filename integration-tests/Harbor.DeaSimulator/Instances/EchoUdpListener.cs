using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harbor.DeaSimulator.Instances;

/// <summary>Answers a sender's first datagram with the banner, and every datagram with itself. Owns its socket.</summary>
internal sealed class EchoUdpListener : IAsyncDisposable
{
    // Enough for every session of a test; a simulator that runs for days must not remember all senders.
    private const int MaxSenders = 65_536;

    private readonly Socket _socket;
    private readonly byte[] _banner;
    private readonly Task _echoing;

    public EchoUdpListener(Socket socket, string banner)
    {
        _socket = socket;
        _banner = Encoding.UTF8.GetBytes(banner);
        _echoing = EchoAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _echoing;
    }

    private async Task EchoAsync()
    {
        await Task.Yield();
        var senders = new HashSet<EndPoint>();
        var buffer = new byte[65_535];
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                if (senders.Count >= MaxSenders)
                {
                    senders.Clear();
                }

                if (senders.Add(received.RemoteEndPoint))
                {
                    await _socket.SendToAsync(_banner, SocketFlags.None, received.RemoteEndPoint);
                }

                await _socket.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, received.RemoteEndPoint);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // An earlier answer met a closed port; the next sender has nothing to do with it.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
