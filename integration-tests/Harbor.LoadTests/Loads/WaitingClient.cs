using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Harbor.LoadTests.Loads;

/// <summary>A client that is connected to a port before there is a backend, and has sent a byte. Owns its socket.</summary>
internal sealed class WaitingClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
    private readonly byte[] _byte = [42];

    /// <summary>Done with the first relayed byte: the moment, by <see cref="Stopwatch.GetTimestamp"/>; 0 where the connection ended before it.</summary>
    public Task<long> Answered { get; private set; } = Task.FromResult(0L);

    /// <summary>False where it is reset or refused at once.</summary>
    public async Task<bool> TryConnectAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            await _socket.SendAsync(_byte, cancellationToken);
            Answered = AnswerAsync(cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<long> AnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(_byte, cancellationToken) > 0 ? Stopwatch.GetTimestamp() : 0;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
