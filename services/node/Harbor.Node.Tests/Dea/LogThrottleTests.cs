using Harbor.Node.Dea;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Node.Tests.Dea;

public sealed class LogThrottleTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Messages_OfOneKind_PassOnceInTenSeconds_AndTheOthersAreCounted()
    {
        var throttle = new LogThrottle<string>(_time);

        throttle.TryPass("a", out _).ShouldBeTrue();
        throttle.TryPass("a", out _).ShouldBeFalse();
        throttle.TryPass("a", out _).ShouldBeFalse();
        throttle.TryPass("b", out _).ShouldBeTrue();

        _time.Advance(TimeSpan.FromSeconds(10));
        throttle.TryPass("a", out var heldBack).ShouldBeTrue();
        heldBack.ShouldBe(2);
    }
}
