using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Ports;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Backends;

/// <summary>
/// Finds out whether backends answer that were learned before this process started: by a TCP connect, or on a port without TCP by an empty
/// datagram that is not refused. Goes on with growing pauses until the backend answers, is heard of, or is gone. Serves both engines: it is rare
/// work and owns its sockets, each for one attempt; of a backend that has to wait it keeps no more than when it is due. Disposing ends it.
/// </summary>
internal sealed partial class BackendVerifier : IDisposable
{
    /// <summary>After a restart all backends of all ports are to be verified: 64 at once take 100,000 on a LAN in seconds and need few descriptors.</summary>
    private const int AtOnce = 64;

    private readonly RelayContext _context;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Waiting, long> _waiting = new();
    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly SemaphoreSlim _news = new(0);
    private readonly CancellationTokenSource _disposing = new();
    private readonly ITimer _whenDue;

    public BackendVerifier(RelayContext context)
    {
        _context = context;
        _logger = context.Loggers.CreateLogger<BackendVerifier>();
        _whenDue = context.Clock.Time.CreateTimer(_ => _news.Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = RunAsync(_disposing.Token);
    }

    /// <summary>A host that is there refuses a datagram within a round trip; one that has not by then does not refuse.</summary>
    private static TimeSpan RefusalTime { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>To be called whenever a port's backends were swapped. The port is told of each backend that answers.</summary>
    public void Verify(IVerifiedPort port)
    {
        var isNews = false;
        foreach (ref readonly var member in port.State.Backends.Members)
        {
            if (member.State.TryBeginVerification())
            {
                Enqueue(new Waiting(port, member.State, 0), pauseMs: 0);
                isNews = true;
            }
        }

        if (isNews)
        {
            _news.Release();
        }
    }

    public void Dispose()
    {
        _disposing.Cancel();
        _whenDue.Dispose();
    }

    private async Task RunAsync(CancellationToken disposing)
    {
        try
        {
            while (true)
            {
                var next = await NextAsync(disposing);
                await _turns.WaitAsync(disposing);
                _ = VerifyAsync(next, disposing);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The engine is no more.
        }
    }

    private async ValueTask<Waiting> NextAsync(CancellationToken disposing)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.TryPeek(out _, out var dueMs))
                {
                    var pause = dueMs - _context.Clock.NowMs;
                    if (pause <= 0)
                    {
                        return _waiting.Dequeue();
                    }

                    _whenDue.Change(TimeSpan.FromMilliseconds(pause), Timeout.InfiniteTimeSpan);
                }
            }

            await _news.WaitAsync(disposing);
        }
    }

    private void Enqueue(in Waiting waiting, long pauseMs)
    {
        lock (_gate)
        {
            _waiting.Enqueue(waiting, _context.Clock.NowMs + pauseMs);
        }
    }

    private async Task VerifyAsync(Waiting waiting, CancellationToken disposing)
    {
        var (port, backend, failures) = waiting;
        try
        {
            if (backend.IsVerified || backend.IsGone)
            {
                return;
            }

            if (await AnswersAsync(port.State, backend, disposing))
            {
                backend.MarkVerified();
                Log.Verified(_logger, port.State.Port, backend);
                port.BackendVerified();
            }
            else if (!disposing.IsCancellationRequested)
            {
                Enqueue(waiting with { Failures = failures + 1 }, BackendHealth.BackoffMs(failures + 1));
                _news.Release();
                Log.NotVerified(_logger, port.State.Port, backend);
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    private async ValueTask<bool> AnswersAsync(PortState port, BackendState backend, CancellationToken disposing)
    {
        try
        {
            return port.Tcp is { } tcp
                ? await ConnectsAsync(backend, TimeSpan.FromMilliseconds(tcp.Rules.ConnectTimeoutMs), disposing)
                : await TakesDatagramsAsync(backend, disposing);
        }
        catch (SocketException)
        {
            // Our own shortage, or no way there: later.
            return false;
        }
    }

    private async ValueTask<bool> ConnectsAsync(BackendState backend, TimeSpan limit, CancellationToken disposing)
    {
        using var probe = new ProbeSocket(backend.Address, SocketType.Stream, ProtocolType.Tcp, limit, _context.Clock.Time, disposing);
        _context.UpstreamPorts.TryApply(probe.Socket);
        if (await probe.ConnectAsync() != SocketError.Success)
        {
            return false;
        }

        // No TIME_WAIT on our side for a connection that carried nothing.
        probe.Reset();
        return true;
    }

    private async ValueTask<bool> TakesDatagramsAsync(BackendState backend, CancellationToken disposing)
    {
        using var probe = new ProbeSocket(backend.Address, SocketType.Dgram, ProtocolType.Udp, RefusalTime, _context.Clock.Time, disposing);
        _context.UpstreamPorts.TryApply(probe.Socket);
        if (await probe.ConnectAsync() != SocketError.Success)
        {
            return false;
        }

        // A longer answer than our byte is an answer.
        return await probe.AskAsync() is SocketError.Success or SocketError.MessageSize || (probe.IsTimedOut && !disposing.IsCancellationRequested);
    }

    /// <param name="Port">Where it is a backend.</param>
    /// <param name="Backend">What is asked.</param>
    /// <param name="Failures">How often it has not answered.</param>
    private readonly record struct Waiting(IVerifiedPort Port, BackendState Backend, int Failures);

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Debug, "Port {ExternalPort}: backend {Backend}, known from before, answers")]
        public static partial void Verified(ILogger logger, int externalPort, BackendState backend);

        [LoggerMessage(4021, LogLevel.Debug, "Port {ExternalPort}: backend {Backend}, known from before, does not answer yet")]
        public static partial void NotVerified(ILogger logger, int externalPort, BackendState backend);
    }
}
