using System.Collections.Concurrent;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Linux.Udp;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>
/// One thread that waits on one epoll instance and does all the work of the entries added to it: no locks and no hand-over between threads but
/// <see cref="Post"/>. Owns its thread, its epoll and its wake-up descriptor; entries own theirs. <see cref="Dispose"/> ends the thread once it has run what was posted before.
/// </summary>
internal sealed partial class EventLoop : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly int _wakeup = Kernel.CreateWakeup();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Queue<(LoopEntry Entry, uint Generation)> _turns = new();
    private readonly LoopEntries _entries = new();
    private readonly TimerWheel _timers = new();
    private readonly LoopClock _clock;
    private readonly Thread _thread;
    private int _wakeIsPending;
    private int _connections;
    private int _comingConnections;
    private int _datagramSessions;
    private LoopDatagrams? _datagrams;
    private TaskCompletionSource? _whenIdle;
    private volatile bool _ending;

    public EventLoop(int index, RelayClock clock, ILogger logger)
    {
        Index = index;
        _logger = logger;
        _clock = new LoopClock(clock, Wake);
        Transfer = Buffers.Rent(BufferPool.LargeSize);
        _ = _epoll.Add(_wakeup, SocketNumbers.EPOLLIN | SocketNumbers.EPOLLET, ulong.MaxValue);
        _thread = new Thread(Run) { Name = $"harbor-loop-{index}", IsBackground = true };
        Now = _clock.NowMs;
        _thread.Start();
    }

    public int Index { get; }

    public BufferPool Buffers { get; } = new();

    /// <summary>What every transfer of the loop goes through. A connection that keeps it puts another in its place.</summary>
    public byte[] Transfer { get; set; }

    /// <summary>Milliseconds on the loop's clock, as of the current round.</summary>
    public long Now { get; private set; }

    /// <summary>Counts the batches of events. What is closed during one may still have an event in it, and not in a later one.</summary>
    public long Round { get; private set; }

    /// <summary>Made with the loop's first TCP port.</summary>
    public PipePool? Pipes { get; set; }

    /// <summary>Made with the loop's first UDP port.</summary>
    public LoopDatagrams Datagrams => _datagrams ??= new LoopDatagrams();

    /// <summary>UDP sessions on this loop.</summary>
    public int DatagramSessions
    {
        get => _datagramSessions;
        set
        {
            _datagramSessions = value;
            TellIfIdle();
        }
    }

    /// <summary>Connections on this loop, and those that are on their way to it. Others read it to spread new ones.</summary>
    public int Load => Volatile.Read(ref _connections) + Volatile.Read(ref _comingConnections);

    /// <summary>Connections on this loop. Its thread alone sets it.</summary>
    public int Connections
    {
        get => _connections;
        set
        {
            Volatile.Write(ref _connections, value);
            if (value == 0)
            {
                Pipes?.CloseFree();
            }

            TellIfIdle();
        }
    }

    /// <summary>
    /// <see cref="Post"/> for a connection that the loop shall have. It counts from now on: a loop that has no time to take in what comes to it would else look idle to one that
    /// accepts many at once, and get all of them.
    /// </summary>
    public bool PostConnection(Action admit)
    {
        Interlocked.Increment(ref _comingConnections);
        var isPosted = Post(() =>
        {
            Interlocked.Decrement(ref _comingConnections);
            admit();
        });
        if (!isPosted)
        {
            Interlocked.Decrement(ref _comingConnections);
        }

        return isPosted;
    }

    /// <summary>Runs an action on the loop's thread, after all that was posted before. Any thread may call it. False once the loop has been told to end.</summary>
    public bool Post(Action action)
    {
        if (_ending)
        {
            return false;
        }

        _posted.Enqueue(action);
        Wake();
        return true;
    }

    /// <summary>As <see cref="Post"/>, and completes when it has run; at once where the loop has ended.</summary>
    public Task RunAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isPosted = Post(() =>
        {
            try
            {
                action();
            }
            finally
            {
                done.SetResult();
            }
        });
        return isPosted ? done.Task : Task.CompletedTask;
    }

    /// <summary>Completes when there is neither a connection nor a session.</summary>
    public async Task WhenIdleAsync()
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await RunAsync(() =>
        {
            _whenIdle = idle;
            TellIfIdle();
        });
        await idle.Task;
    }

    public void Track(LoopEntry entry) => _entries.Add(entry);

    public void Untrack(LoopEntry entry)
    {
        _timers.Disarm(entry);
        _entries.Remove(entry);
    }

    public int Watch(int fd, uint events, LoopEntry entry, int side) => _epoll.Add(fd, events, LoopEntries.Token(entry, side));

    public int Rewatch(int fd, uint events, LoopEntry entry, int side) => _epoll.Change(fd, events, LoopEntries.Token(entry, side));

    public void Unwatch(int fd) => _epoll.Remove(fd);

    public void Arm(LoopEntry entry, long delayMilliseconds) => _timers.Arm(entry, Now, delayMilliseconds);

    public void Disarm(LoopEntry entry) => _timers.Disarm(entry);

    /// <summary>Gives the entry another turn after the events of this round.</summary>
    public void TakeTurn(LoopEntry entry) => _turns.Enqueue((entry, entry.Generation));

    public void Dispose()
    {
        if (!_ending)
        {
            _ = Post(() => _ending = true);
            _thread.Join();
            _clock.Dispose();
            _epoll.Dispose();
            _datagrams?.Dispose();
            Pipes?.Dispose();
            Kernel.Close(_wakeup);
        }
    }

    private void TellIfIdle()
    {
        if (_connections == 0 && _datagramSessions == 0)
        {
            _whenIdle?.TrySetResult();
        }
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _wakeIsPending, 1) == 0)
        {
            Kernel.Wake(_wakeup);
        }
    }

    private void Run()
    {
        while (!_ending)
        {
            var count = _turns.Count > 0 ? _epoll.Wait(0) : Wait();
            Now = _clock.NowMs;
            Round++;
            for (var index = 0; index < count; index++)
            {
                var token = _epoll.Token(index);
                if (token == ulong.MaxValue)
                {
                    RunPosted();
                }
                else if (_entries.Find(token) is { } entry)
                {
                    Dispatch(entry, _epoll.Events(index), (int)(token & 1));
                }
            }

            for (var turns = _turns.Count; turns > 0; turns--)
            {
                var (entry, generation) = _turns.Dequeue();
                if (entry.Slot >= 0 && entry.Generation == generation)
                {
                    entry.OnTurn();
                }
            }

            _timers.Advance(Now);
        }
    }

    private void Dispatch(LoopEntry entry, uint events, int side)
    {
        try
        {
            entry.OnReady(events, side);
        }
        catch (Exception exception)
        {
            // A bug: it must cost one connection, not the port or the process.
            Log.EventFailed(_logger, Index, exception);
            entry.OnFault();
        }
    }

    private void RunPosted()
    {
        // The eventfd is watched edge-triggered and never read: each write is an edge, and the flag keeps writes rare.
        Interlocked.Exchange(ref _wakeIsPending, 0);
        while (_posted.TryDequeue(out var action))
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                Log.ActionFailed(_logger, Index, exception);
            }
        }
    }
}
