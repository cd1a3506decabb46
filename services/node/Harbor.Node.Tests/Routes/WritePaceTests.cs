using Harbor.Node.Routes;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Node.Tests.Routes;

public sealed class WritePaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Wait_BeforeTheFirstCommand_IsNone() => new WritePace(_time).Wait.ShouldBe(TimeSpan.Zero);

    [Fact]
    public void Wait_AfterACommand_IsWhatCommandsTake_LessTheTimeSince()
    {
        var pace = PaceOf(TimeSpan.FromMilliseconds(6));
        pace.Begin();

        pace.Wait.TotalMilliseconds.ShouldBe(6, tolerance: 0.1);
        _time.Advance(TimeSpan.FromMilliseconds(4));
        pace.Wait.TotalMilliseconds.ShouldBe(2, tolerance: 0.1);
        _time.Advance(TimeSpan.FromMilliseconds(4));
        pace.Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Wait_OnASlowStore_IsBounded()
    {
        var pace = PaceOf(TimeSpan.FromSeconds(3));
        pace.Begin();

        pace.Wait.ShouldBe(WritePace.Longest);
    }

    private WritePace PaceOf(TimeSpan usual)
    {
        var pace = new WritePace(_time);
        for (var command = 0; command < 100; command++)
        {
            pace.Took(usual);
        }

        return pace;
    }
}
