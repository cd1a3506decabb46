using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harbor.IntegrationTests.Traffic;

/// <summary>A client of a simulated application, over TCP: reads the banner, then talks in lines. Owns its socket.</summary>
internal sealed class EchoClient : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly byte[] _byte = new byte[1];

    private EchoClient(Socket socket) => _socket = socket;

    /// <summary>The id of the instance that answered.</summary>
    public string InstanceId { get; private set; } = "";

    public static IPAddress Loopback => IPAddress.Loopback;

    /// <summary>Connects and reads the banner; throws <see cref="SocketException"/> where the connection is refused or reset.</summary>
    public static async Task<EchoClient> ConnectAsync(int port, IPAddress? address = null, IPAddress? source = null)
    {
        var client = await OpenAsync(port, address, source);
        try
        {
            client.InstanceId = InstanceOf(await client.ReadLineAsync());
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Connects, and does not wait for anybody to say anything.</summary>
    public static async Task<EchoClient> OpenAsync(int port, IPAddress? address = null, IPAddress? source = null)
    {
        address ??= IPAddress.Loopback;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }

            using var limit = Limit();
            await socket.ConnectAsync(new IPEndPoint(address, port), limit.Token);
            return new EchoClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The id of the instance behind a new connection; null where there is none.</summary>
    public static async Task<string?> TryAskAsync(int port, IPAddress? address = null, IPAddress? source = null)
    {
        try
        {
            using var client = await ConnectAsync(port, address, source);
            return await client.EchoesAsync("hello") ? client.InstanceId : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public static string InstanceOf(string banner) => banner.Split(' ') is [_, _, "instance", var id, ..] ? id : throw new FormatException($"No banner: '{banner}'");

    /// <summary>Whether a line comes back as it was sent.</summary>
    public async Task<bool> EchoesAsync(string line)
    {
        using var limit = Limit();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(line + "\n"), limit.Token);
        return await ReadLineAsync() == line;
    }

    /// <summary>Sends one letter, and gives the one that comes back.</summary>
    public async Task<char> EchoesLetterAsync(char letter)
    {
        using var limit = Limit();
        await _socket.SendAsync(new[] { (byte)letter }, limit.Token);
        await ReadByteAsync();
        return (char)_byte[0];
    }

    /// <summary>Waits until the connection is reset.</summary>
    public async Task<bool> IsResetAsync()
    {
        using var limit = Limit();
        try
        {
            while (await _socket.ReceiveAsync(_byte, limit.Token) > 0)
            {
                // What was under way.
            }

            return false;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    public async Task SendAsync(string text)
    {
        using var limit = Limit();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), limit.Token);
    }

    public async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            await ReadByteAsync();
            if (_byte[0] == '\n')
            {
                return line.ToString();
            }

            line.Append((char)_byte[0]);
        }
    }

    /// <summary>The first byte that comes.</summary>
    public async Task ReadByteAsync()
    {
        using var limit = Limit();
        if (await _socket.ReceiveAsync(_byte, limit.Token) == 0)
        {
            throw new SocketException((int)SocketError.Shutdown);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_patience);
        return limit;
    }
}
