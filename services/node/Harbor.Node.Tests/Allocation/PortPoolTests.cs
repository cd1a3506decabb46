using Harbor.Node.Allocation;

namespace Harbor.Node.Tests.Allocation;

public sealed class PortPoolTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PortPool _pool = new(new Random(1));

    [Fact]
    public void Reserve_OfAllPorts_GivesEachOnceAndThenNone()
    {
        _pool.SetRange(35000, 40000);

        var given = Enumerable.Range(0, 5001).Select(_ => _pool.Reserve(_ => false, _now)!.Value).ToList();

        given.Distinct().Count().ShouldBe(5001);
        given.ShouldAllBe(port => port >= 35000 && port <= 40000);
        _pool.Reserve(_ => false, _now).ShouldBeNull();
    }

    [Fact]
    public void Reserve_FromALargeRange_IsSpreadOverIt()
    {
        _pool.SetRange(35000, 40000);

        var given = Enumerable.Range(0, 100).Select(_ => _pool.Reserve(_ => false, _now)!.Value).ToList();

        given.Count(port => port < 37500).ShouldBeInRange(25, 75);
    }

    [Fact]
    public void Reserve_OfRefusedPorts_FindsTheOneThatIsNot()
    {
        _pool.SetRange(1000, 2000);

        _pool.Reserve(port => port != 1234, _now).ShouldBe(1234);
        _pool.Reserve(port => port != 1234, _now).ShouldBeNull();
    }

    [Fact]
    public void Reserve_OfAQuarantinedPort_WaitsForItsTime()
    {
        _pool.SetRange(1000, 1000);
        _pool.SetQuarantined(1000, _now.AddSeconds(60));

        _pool.Reserve(_ => false, _now.AddSeconds(59)).ShouldBeNull();
        _pool.Reserve(_ => false, _now.AddSeconds(60)).ShouldBe(1000);
    }

    [Fact]
    public void Reserve_OfAPortQuarantinedAgain_WaitsForTheLaterTime()
    {
        _pool.SetRange(1000, 1000);
        _pool.SetQuarantined(1000, _now.AddSeconds(60));
        _pool.SetUsed(1000);
        _pool.SetQuarantined(1000, _now.AddSeconds(90));

        _pool.Reserve(_ => false, _now.AddSeconds(60)).ShouldBeNull();
        _pool.Reserve(_ => false, _now.AddSeconds(90)).ShouldBe(1000);
    }

    [Fact]
    public void Reserve_OfAPortWhoseDocumentIsNeverSeen_IsNotForEver()
    {
        _pool.SetRange(1000, 1001);
        var seen = _pool.Reserve(_ => false, _now)!.Value;
        var unseen = _pool.Reserve(_ => false, _now)!.Value;
        _pool.SetUsed(seen);

        _pool.Reserve(_ => false, _now + PortPool.ReservationLimit - TimeSpan.FromTicks(1)).ShouldBeNull();
        _pool.Reserve(_ => false, _now + PortPool.ReservationLimit).ShouldBe(unseen);
        _pool.Reserve(_ => false, _now + PortPool.ReservationLimit).ShouldBeNull();
    }

    [Fact]
    public void SetRange_ShrunkBelowAUsedPort_GivesOnlyWhatIsInside()
    {
        _pool.SetRange(1000, 1010);
        _pool.SetUsed(1009);
        _pool.SetRange(1000, 1001);
        _pool.SetFree(1009);

        new[] { _pool.Reserve(_ => false, _now), _pool.Reserve(_ => false, _now) }.ShouldBe([1000, 1001], ignoreOrder: true);
        _pool.Reserve(_ => false, _now).ShouldBeNull();
    }

    [Fact]
    public void SetRange_Grown_GivesTheNewPortsToo()
    {
        _pool.SetRange(1000, 1000);
        _pool.Reserve(_ => false, _now).ShouldBe(1000);

        _pool.SetRange(1000, 1001);

        _pool.Reserve(_ => false, _now).ShouldBe(1001);
    }
}
