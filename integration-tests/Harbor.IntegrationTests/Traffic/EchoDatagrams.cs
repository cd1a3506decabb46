using System.Net;
using System.Net.Sockets;
using System.Text;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Traffic;

/// <summary>A client of a simulated application, over UDP: one socket, and so one session of the relay.</summary>
internal sealed class EchoDatagrams : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public EchoDatagrams(int port, IPAddress? source = null, IPAddress? address = null)
    {
        if (source is not null)
        {
            _socket.Bind(new IPEndPoint(source, 0));
        }

        _socket.Connect(new IPEndPoint(address ?? IPAddress.Loopback, port));
    }

    /// <summary>Asks until somebody answers, as clients of UDP do: the id of the instance that greeted this session.</summary>
    public async Task<string> GreetedByAsync()
    {
        var banner = await Eventually.GetAsync(
            async () =>
            {
                await SendAsync("hello");
                return await ReceiveAsync();
            },
            answer => answer?.Contains(" instance ", StringComparison.Ordinal) == true,
            "a greeting over UDP",
            cancellationToken: TestContext.Current.CancellationToken);
        return EchoClient.InstanceOf(banner!);
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>The next datagram; null where none comes in a moment.</summary>
    public async Task<string?> ReceiveAsync()
    {
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        moment.CancelAfter(TimeSpan.FromMilliseconds(500));
        var buffer = new byte[65_535];
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, moment.Token));
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();
}
