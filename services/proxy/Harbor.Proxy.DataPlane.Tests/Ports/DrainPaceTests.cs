using Harbor.Proxy.DataPlane.Ports;
using Harbor.Proxy.DataPlane.Tests.Behaviour;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Proxy.DataPlane.Tests.Ports;

public sealed class DrainPaceTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _idle = new();
    private readonly SemaphoreSlim _ended = new(0);
    private readonly List<int> _shares = [];

    public void Dispose() => _ended.Dispose();

    [Fact]
    public async Task Run_NeverIdle_LeavesThemAloneForHalfOfTheTimeAndEndsAnEvenShareEachStep()
    {
        var draining = RunAsync(TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        _shares.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        for (var step = 0; step < 9; step++)
        {
            await _ended.WaitAsync(TestContext.Current.CancellationToken).WithinAsync("the next share");
            _time.Advance(DrainPace.Step);
        }

        await draining.WithinAsync("the drain to end");
        _shares.ShouldBe([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    }

    [Fact]
    public async Task Run_Idle_EndsAtOnce()
    {
        var draining = RunAsync(TimeSpan.FromSeconds(2));
        _idle.SetResult();
        await draining.WithinAsync("the drain to end");
        _shares.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_NoTime_EndsAllAtOnce()
    {
        await RunAsync(TimeSpan.Zero).WithinAsync("the drain to end");
        _shares.ShouldBe([1]);
    }

    private Task RunAsync(TimeSpan limit) => DrainPace.RunAsync(limit, _idle.Task, _time, EndSomeAsync, CancellationToken.None);

    private Task EndSomeAsync(int oneIn)
    {
        _shares.Add(oneIn);
        _ended.Release();
        return Task.CompletedTask;
    }
}
