using Harbor.Proxy.DataPlane.Admission;

namespace Harbor.Proxy.DataPlane.Tests.Admission;

public sealed class RelayLimitsTests
{
    [Fact]
    public void TryTake_MoreThanIsLeft_TakesNothing()
    {
        var limit = new SharedLimit(3);
        limit.TryTake(2).ShouldBeTrue();
        limit.TryTake(2).ShouldBeFalse();
        limit.TryTake().ShouldBeTrue();
        limit.Return(3);
        limit.Used.ShouldBe(0);
    }

    [Fact]
    public void Descriptors_KeepSomeForTheRestOfTheProcess()
    {
        new RelayLimits(new RelayOptions(), 20_000).Descriptors.Limit.ShouldBe(20_000 - RelayLimits.KeptForOthers);
    }

    [Fact]
    public void Descriptors_OfTwentyThousand_AreEnoughForAFullRangeAndFourThousandConnections()
    {
        new RelayLimits(new RelayOptions(), 20_000).Descriptors.TryTake((2 * 5_001) + (2 * 4_000)).ShouldBeTrue();
    }

    [Fact]
    public void ReadDescriptorLimit_OnThisMachine_IsPositive()
    {
        RelayLimits.ReadDescriptorLimit().ShouldBeGreaterThan(0);
    }
}
