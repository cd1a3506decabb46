using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Ports;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Backends;

/// <summary>
/// Finds out whether backends answer that were learned before this process started: by a TCP connect, or on a port without TCP by an empty
/// datagram that is not refused. Goes on with growing pauses until the backend answers, is heard of, or is gone. Serves both engines: it is rare
/// work and owns its sockets, each for one attempt. Disposing ends it.
/// </summary>
internal sealed partial class BackendVerifier(RelayContext context) : IDisposable
{
    /// <summary>After a restart all backends of all ports are to be verified: 64 at once take 100,000 on a LAN in seconds and need few descriptors.</summary>
    private const int AtOnce = 64;

    private static TimeSpan LongestPause { get; } = TimeSpan.FromSeconds(30);

    /// <summary>A host that is there refuses a datagram within a round trip; one that has not by then does not refuse.</summary>
    private static TimeSpan RefusalTime { get; } = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly CancellationTokenSource _disposing = new();
    private readonly ILogger _logger = context.Loggers.CreateLogger<BackendVerifier>();

    /// <summary>To be called whenever a port's backends were swapped. <paramref name="verified"/> is called after each backend that answers.</summary>
    public void Verify(PortState port, Action verified)
    {
        foreach (ref readonly var member in port.Backends.Members)
        {
            if (member.State.TryBeginVerification())
            {
                _ = VerifyAsync(port, member.State, verified, _disposing.Token);
            }
        }
    }

    public void Dispose() => _disposing.Cancel();

    private async Task VerifyAsync(PortState port, BackendState backend, Action verified, CancellationToken disposing)
    {
        try
        {
            for (var pause = TimeSpan.FromSeconds(1); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                await _turns.WaitAsync(disposing);
                try
                {
                    if (backend.IsVerified || backend.IsGone)
                    {
                        return;
                    }

                    if (await (port.Tcp is { } tcp ? ConnectsAsync(backend, tcp.Rules.ConnectTimeoutMs, disposing) : TakesDatagramsAsync(backend, disposing)))
                    {
                        backend.MarkVerified();
                        Log.Verified(_logger, port.Port, backend);
                        verified();
                        return;
                    }
                }
                finally
                {
                    _turns.Release();
                }

                Log.NotVerified(_logger, port.Port, backend);
                await Task.Delay(pause, context.Clock.Time, disposing);
            }
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            // The engine is no more.
        }
    }

    private async Task<bool> ConnectsAsync(BackendState backend, long timeoutMs, CancellationToken disposing)
    {
        using var socket = new Socket(backend.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(timeoutMs), context.Clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, disposing);
        try
        {
            context.UpstreamPorts.TryApply(socket);
            await socket.ConnectAsync(backend.Address, either.Token);
            // No TIME_WAIT on our side for a connection that carried nothing.
            socket.LingerState = new LingerOption(true, 0);
            return true;
        }
        catch (Exception e) when (e is SocketException || timeout.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> TakesDatagramsAsync(BackendState backend, CancellationToken disposing)
    {
        using var socket = new Socket(backend.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        using var timeout = new CancellationTokenSource(RefusalTime, context.Clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, disposing);
        try
        {
            context.UpstreamPorts.TryApply(socket);
            await socket.ConnectAsync(backend.Address, either.Token);
            await socket.SendAsync(Memory<byte>.Empty, SocketFlags.None, either.Token);
            await socket.ReceiveAsync(new byte[1], SocketFlags.None, either.Token);
            return true;
        }
        catch (SocketException e)
        {
            // A longer answer than our byte is an answer.
            return e.SocketErrorCode == SocketError.MessageSize;
        }
        catch (OperationCanceledException) when (!disposing.IsCancellationRequested)
        {
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Debug, "Port {ExternalPort}: backend {Backend}, known from before, answers")]
        public static partial void Verified(ILogger logger, int externalPort, BackendState backend);

        [LoggerMessage(4021, LogLevel.Debug, "Port {ExternalPort}: backend {Backend}, known from before, does not answer yet")]
        public static partial void NotVerified(ILogger logger, int externalPort, BackendState backend);
    }
}
