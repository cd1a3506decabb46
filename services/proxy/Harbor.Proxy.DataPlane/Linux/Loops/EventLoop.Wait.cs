using System.Diagnostics;

namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <content>Waiting for events: asking for a while where they are about to come, else asleep.</content>
internal sealed partial class EventLoop
{
    private readonly Polling _polling = new();

    /// <summary>To be told of each transfer of a flow that moves in bulk.</summary>
    public void MovedBulk() => _polling.MovedBulk();

    /// <summary>To be told of each batch of datagrams: who sends several at a time waits for no answer.</summary>
    public void Received(int datagrams)
    {
        if (datagrams > 1)
        {
            _polling.MovedBulk();
        }
    }

    /// <summary>The number of events; 0 where a timer is due first.</summary>
    private int Wait()
    {
        var startedAt = Stopwatch.GetTimestamp();
        var count = _polling.IsWorthwhile ? Poll(startedAt) : 0;
        if (count == 0)
        {
            count = _epoll.Wait(_clock.Sleep(_timers));
            _polling.Slept(Stopwatch.GetTimestamp() - startedAt);
        }

        return count;
    }

    private int Poll(long startedAt)
    {
        var askedAt = startedAt;
        while (true)
        {
            var count = _epoll.Wait(0);
            var answeredAt = Stopwatch.GetTimestamp();
            if (!_polling.AsksAgain(startedAt, askedAt, answeredAt, count > 0))
            {
                return count;
            }

            askedAt = answeredAt;
        }
    }
}
