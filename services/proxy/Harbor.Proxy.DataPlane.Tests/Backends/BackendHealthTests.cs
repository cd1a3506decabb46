using Harbor.Proxy.DataPlane.Backends;

namespace Harbor.Proxy.DataPlane.Tests.Backends;

public sealed class BackendHealthTests
{
    private readonly BackendHealth _health = new();

    [Fact]
    public void Failed_AgainAndAgain_DoublesTheTimeAsideUpToThirtySeconds()
    {
        var now = 0L;
        foreach (var expected in new[] { 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000 })
        {
            _health.Failed(now, now).ShouldBeTrue();
            _health.IsSetAside(now + expected - 1).ShouldBeTrue();
            _health.IsSetAside(now + expected).ShouldBeFalse();
            now += expected;
        }
    }

    [Fact]
    public void Failed_ManyThatBeganTogether_CountOnce()
    {
        _health.Failed(0, 10).ShouldBeTrue();
        _health.Failed(0, 11).ShouldBeFalse();
        _health.Failed(5, 12).ShouldBeFalse();
        _health.Failures.ShouldBe(1);
    }

    [Fact]
    public void TryClaim_TimeAsideIsOver_LetsOneTry()
    {
        _health.Failed(0, 0);
        _health.TryClaim(999).ShouldBeFalse();
        _health.TryClaim(1_000).ShouldBeTrue();
        _health.TryClaim(1_000).ShouldBeFalse();
        _health.IsSetAside(1_001).ShouldBeTrue();
    }

    [Fact]
    public void Succeeded_AfterFailures_LetsAllBackAtOnce()
    {
        _health.Failed(0, 0);
        _health.Succeeded().ShouldBeTrue();
        _health.Succeeded().ShouldBeFalse();
        _health.IsSetAside(1).ShouldBeFalse();
        _health.TryClaim(1).ShouldBeTrue();
        _health.TryClaim(1).ShouldBeTrue();
        _health.Failed(1, 1);
        _health.IsSetAside(1_001).ShouldBeFalse();
    }
}
