using System.Net;
using System.Net.Sockets;
using Harbor.Testing.Ports;

namespace Harbor.Testing.Links;

/// <summary>
/// A TCP link to a server that a test can break: cut (connections reset, new ones refused), paused (bytes stop, nothing is closed: a cable
/// pulled), also in the one direction alone, restored. Owns its listener and every connection through it.
/// </summary>
public sealed class LinkProxy : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _targetPort;
    private readonly Lock _gate = new();
    private readonly HashSet<ProxiedConnection> _connections = [];
    private readonly PauseGate _sending = new();
    private readonly PauseGate _receiving = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    private LinkProxy(string host, int targetPort)
    {
        _host = host;
        _targetPort = targetPort;
        Port = FreePorts.Next();
    }

    /// <summary>Where to connect instead of the server, on 127.0.0.1. Stays the same over cuts.</summary>
    public int Port { get; }

    /// <summary>Connections open through the link now.</summary>
    public int Connections
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    public static LinkProxy Start(string host, int port)
    {
        var link = new LinkProxy(host, port);
        link.Listen();
        return link;
    }

    /// <summary>A link to the server of a URL (<c>nats://</c>, <c>amqp://</c> …); <see cref="Through"/> gives the URL that leads over it.</summary>
    public static LinkProxy Start(string url) => Start(new Uri(url).Host, new Uri(url).Port);

    /// <summary>The same URL with this link's address.</summary>
    public string Through(string url) => new UriBuilder(url) { Host = "127.0.0.1", Port = Port }.Uri.OriginalString;

    /// <summary>Resets every connection and refuses new ones.</summary>
    public async Task CutAsync()
    {
        List<ProxiedConnection> cut;
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            cut = [.. _connections];
        }

        await _accepting;
        cut.ForEach(connection => connection.Reset());
        await Task.WhenAll(cut.Select(connection => connection.Done));
    }

    /// <summary>Bytes stop in both directions; nothing is closed, and new connections are taken but say nothing.</summary>
    public void Pause()
    {
        _sending.Close();
        _receiving.Close();
    }

    /// <summary>What the clients send stops; they still receive. To have that lost, cut the link before it is restored.</summary>
    public void PauseSending() => _sending.Close();

    /// <summary>Undoes a cut or a pause.</summary>
    public void Restore()
    {
        Open();
        if (_listener is null)
        {
            Listen();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        Open();
    }

    private void Open()
    {
        _sending.Open();
        _receiving.Open();
    }

    private void Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var connection = new ProxiedConnection(await listener.AcceptSocketAsync(), _sending, _receiving);
                lock (_gate)
                {
                    _connections.Add(connection);
                }

                _ = RunAsync(connection);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Cut; between two accepts the listener says that it is not listening.
        }
    }

    private async Task RunAsync(ProxiedConnection connection)
    {
        await connection.RunAsync(_host, _targetPort);
        lock (_gate)
        {
            _connections.Remove(connection);
        }

        connection.Dispose();
    }
}
