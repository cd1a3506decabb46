using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Harbor.Testing.Ports;

namespace Harbor.IntegrationTests.Races;

/// <summary>
/// One host:port of TCP and UDP at which one application's process follows another's. Clients say by one letter which application they want, and are answered with
/// the letter of whoever has the address: from the first that comes for the new application, the old one's process is gone. Who comes for it after that is led
/// to another application, and that is told here. Owns its sockets.
/// </summary>
internal sealed class ContestedAddress : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<Task> _connections = [];
    private readonly Channel<char> _taken = Channel.CreateUnbounded<char>();
    private readonly List<string> _wrong = [];
    private readonly Task _serving;
    private char _owner;
    private char _former;
    private char _next;
    private long _accepted;
    private long _ownedFrom;
    private long _lastOfOwner;

    public ContestedAddress(char owner)
    {
        _owner = owner;
        Port = FreePorts.Next();
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _tcp.Listen(512);
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _serving = Task.WhenAll(AcceptAsync(), ReceiveAsync());
    }

    public int Port { get; }

    /// <summary>Connections and datagrams that have been answered.</summary>
    public long Answered { get; private set; }

    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (_gate)
            {
                return [.. _wrong];
            }
        }
    }

    /// <summary>The process of this application may come from now on.</summary>
    public void Expect(char next)
    {
        lock (_gate)
        {
            _next = next;
        }
    }

    /// <summary>Waits until the expected process has come: a client for it was here.</summary>
    public async Task<char> TakenAsync(CancellationToken cancellationToken) => await _taken.Reader.ReadAsync(cancellationToken);

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
                _connections.Add(ServeAsync(socket, Interlocked.Increment(ref _accepted)));
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
                    letter[0] = (byte)Answer((char)letter[0], number, "connection");
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
                    letter[0] = (byte)Answer((char)letter[0], Interlocked.Increment(ref _accepted), "datagram");
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

    /// <summary>Who answers: by the order in which connections were accepted, not in which they got to say something.</summary>
    private char Answer(char wanted, long number, string what)
    {
        lock (_gate)
        {
            Answered++;
            if (wanted == _next)
            {
                (_former, _owner, _next, _ownedFrom) = (_owner, wanted, '\0', number);
                _taken.Writer.TryWrite(wanted);
                if (_lastOfOwner > number)
                {
                    _wrong.Add($"a client of {_former} came as #{_lastOfOwner}, after one of {_owner} as #{number}");
                }

                _lastOfOwner = number;
            }
            else if (wanted == _owner)
            {
                _ownedFrom = Math.Min(_ownedFrom, number);
                _lastOfOwner = Math.Max(_lastOfOwner, number);
            }
            else if (wanted != _former || number > _ownedFrom)
            {
                _wrong.Add($"{what} #{number} for {wanted} is at {_owner}, who is here since #{_ownedFrom}");
                return _owner;
            }

            return wanted;
        }
    }
}
