using System.Net;
using System.Net.Sockets;
using Harbor.Testing.Ports;

namespace Harbor.IntegrationTests.Races;

/// <summary>
/// One host:port of TCP and UDP at which one application's process follows another's. Clients say by one letter which application they want, and are answered with
/// the letter of whoever has the address: from the first that comes for the new application, the old one's process is gone. Who comes for it after that is led
/// to another application, and that is told here. Owns its sockets.
/// </summary>
internal sealed class ContestedAddress : IAsyncDisposable
{
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<Task> _connections = [];
    private readonly AddressOwner _connected;
    private readonly AddressOwner _sent;
    private readonly Task _serving;

    public ContestedAddress(char owner)
    {
        _connected = new AddressOwner("connection", owner);
        _sent = new AddressOwner("datagram", owner);
        Port = FreePorts.Next();
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _tcp.Listen(512);
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _serving = Task.WhenAll(AcceptAsync(), ReceiveAsync());
    }

    public int Port { get; }

    /// <summary>Letters that have been answered.</summary>
    public long Answered => _connected.Answered + _sent.Answered;

    public IReadOnlyList<string> Wrong => [.. _connected.Wrong, .. _sent.Wrong];

    /// <summary>The process of this application may come from now on.</summary>
    public void Expect(char next)
    {
        _connected.Expect(next);
        _sent.Expect(next);
    }

    /// <summary>Waits until the expected process has come: clients for it were here by TCP and UDP.</summary>
    public Task TakenAsync(CancellationToken cancellationToken) => Task.WhenAll(_connected.TakenAsync(cancellationToken), _sent.TakenAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        _udp.Dispose();
        await _serving;
        await Task.WhenAll(_connections);
    }

    private async Task AcceptAsync()
    {
        await Task.Yield();
        while (true)
        {
            try
            {
                var socket = await _tcp.AcceptAsync();
                _connections.Add(ServeAsync(socket, _connected.Next()));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Answers each letter with a letter, until the client ends it.</summary>
    private async Task ServeAsync(Socket socket, long number)
    {
        using (socket)
        {
            socket.NoDelay = true;
            var letter = new byte[1];
            try
            {
                while (await socket.ReceiveAsync(letter) > 0)
                {
                    letter[0] = (byte)_connected.Answer((char)letter[0], number);
                    await socket.SendAsync(letter);
                }
            }
            catch (SocketException)
            {
                // Reset: as it should be for whoever was here when the process changed.
            }
        }
    }

    private async Task ReceiveAsync()
    {
        await Task.Yield();
        var letter = new byte[1];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (true)
        {
            try
            {
                if (await _udp.ReceiveFromAsync(letter, SocketFlags.None, from) == 1)
                {
                    letter[0] = (byte)_sent.Answer((char)letter[0], _sent.Next());
                    await _udp.SendToAsync(letter, SocketFlags.None, from);
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
            {
                // The one who asked is gone.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
