using System.Net;
using System.Net.Sockets;

namespace Harbor.IntegrationTests.Races;

/// <summary>Asks one port for one application, over and over by TCP and UDP, and takes down every answer of another.</summary>
internal sealed class RacingClient : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(20);

    private readonly char _letter;
    private readonly IPEndPoint _port;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _asking;
    private volatile string? _wrong;

    public RacingClient(char letter, int port)
    {
        _letter = letter;
        _port = new(IPAddress.Loopback, port);
        _asking = Task.WhenAll(AskByTcpAsync(), AskByTcpAsync(), AskByUdpAsync());
    }

    /// <summary>The first wrong byte; null where there was none.</summary>
    public string? Wrong => _wrong;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _asking;
        _stopping.Dispose();
    }

    private async Task AskByTcpAsync()
    {
        await Task.Yield();
        var letter = new byte[1];
        while (!_stopping.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
            try
            {
                await socket.ConnectAsync(_port, _stopping.Token);
                letter[0] = (byte)_letter;
                await socket.SendAsync(letter, _stopping.Token);
                if (await socket.ReceiveAsync(letter, _stopping.Token) > 0)
                {
                    Check(letter[0], "TCP");
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // No backend at this moment, or the one there was has gone.
            }
        }
    }

    private async Task AskByUdpAsync()
    {
        await Task.Yield();
        var letter = new byte[1];
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_port);
        while (!_stopping.IsCancellationRequested)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            limit.CancelAfter(_patience);
            try
            {
                letter[0] = (byte)_letter;
                await socket.SendAsync(letter, limit.Token);
                if (await socket.ReceiveAsync(letter, limit.Token) > 0)
                {
                    Check(letter[0], "UDP");
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // Nobody answers at this moment.
            }
        }
    }

    private void Check(byte answer, string transport)
    {
        if (answer != _letter)
        {
            _wrong ??= $"a client of {_letter} read '{(char)answer}' by {transport}";
        }
    }
}
