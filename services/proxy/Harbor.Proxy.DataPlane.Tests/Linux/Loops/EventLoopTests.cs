using Harbor.Proxy.DataPlane.Linux;
using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Tests.Behaviour;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Proxy.DataPlane.Tests.Linux.Loops;

public sealed class EventLoopTests
{
    public static bool IsSupported => LinuxRelayEngine.IsSupported;

    [Fact(SkipUnless = nameof(IsSupported), Skip = "the Linux engine's")]
    public async Task Post_FromManyThreads_RunsEveryActionInEachThreadsOrder()
    {
        using var loop = new EventLoop(0, new RelayClock(TimeProvider.System), NullLogger.Instance);
        var seen = new List<(int Thread, int Number)>();
        var threads = Enumerable.Range(0, 4).Select(thread => new Thread(() =>
        {
            for (var number = 0; number < 10_000; number++)
            {
                var item = (thread, number);
                loop.Post(() => seen.Add(item)).ShouldBeTrue();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        await loop.RunAsync(() => { }).WithinAsync("the loop to run what was posted");

        seen.Count.ShouldBe(40_000);
        seen.GroupBy(item => item.Thread).ShouldAllBe(group => group.Select(item => item.Number).SequenceEqual(Enumerable.Range(0, 10_000)));
    }

    [Fact(SkipUnless = nameof(IsSupported), Skip = "the Linux engine's")]
    public async Task Post_ActionThatThrows_LeavesTheLoopRunning()
    {
        using var loop = new EventLoop(0, new RelayClock(TimeProvider.System), NullLogger.Instance);
        loop.Post(() => throw new InvalidOperationException("a bug")).ShouldBeTrue();

        await loop.RunAsync(() => { }).WithinAsync("the loop to go on");
    }

    [Fact(SkipUnless = nameof(IsSupported), Skip = "the Linux engine's")]
    public async Task Timer_OnAnotherClock_FiresWhenThatClockIsMovedOn()
    {
        var time = new FakeTimeProvider();
        using var loop = new EventLoop(0, new RelayClock(time), NullLogger.Instance);
        var entry = new Entry();
        await loop.RunAsync(() =>
        {
            loop.Track(entry);
            loop.Arm(entry, 60_000);
        }).WithinAsync("the timer to be armed");
        // Once more round the loop, so that it has gone to sleep on the clock's timer.
        await loop.RunAsync(() => { }).WithinAsync("the loop to go round");

        time.Advance(TimeSpan.FromSeconds(59));
        await loop.RunAsync(() => { }).WithinAsync("the loop to see the time");
        entry.Fired.Task.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));

        await entry.Fired.Task.WithinAsync("the timer");
    }

    [Fact(SkipUnless = nameof(IsSupported), Skip = "the Linux engine's")]
    public void Dispose_Twice_EndsOnce()
    {
        var loop = new EventLoop(0, new RelayClock(TimeProvider.System), NullLogger.Instance);
        loop.Dispose();

        loop.Dispose();

        loop.Post(() => { }).ShouldBeFalse();
    }

    private sealed class Entry : LoopEntry
    {
        public TaskCompletionSource Fired { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal override void OnReady(uint events, int side) => throw new NotSupportedException();

        internal override void OnTimer() => Fired.TrySetResult();
    }
}
