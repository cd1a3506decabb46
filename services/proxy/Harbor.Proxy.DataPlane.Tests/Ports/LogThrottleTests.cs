using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Ports;

public sealed class LogThrottleTests
{
    [Fact]
    public void TryPass_ManyAtOnce_LetsOneThroughEachInterval()
    {
        var throttle = new LogThrottle();
        Enumerable.Range(0, 100).Count(_ => throttle.TryPass(5)).ShouldBe(1);
        throttle.TryPass(LogThrottle.IntervalMs + 4).ShouldBeFalse();
        throttle.TryPass(LogThrottle.IntervalMs + 5).ShouldBeTrue();
    }
}
