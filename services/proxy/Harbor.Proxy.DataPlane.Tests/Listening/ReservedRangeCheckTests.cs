using Harbor.Proxy.DataPlane.Listening;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Tests.Listening;

public sealed class ReservedRangeCheckTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_RangesOverlap_WarnsAndNamesTheSetting(bool isOptionKnown)
    {
        using var log = new LogRecords();
        ReservedRangeCheck.Run((35000, 40000), (32768, 60999), "", _ => isOptionKnown, log).Value.ShouldNotBe(0);
        var (level, text) = log.All.ShouldHaveSingleItem();
        level.ShouldBe(LogLevel.Warning);
        text.ShouldContain("net.ipv4.ip_local_reserved_ports=35000-40000");
        text.Contains("other processes", StringComparison.Ordinal).ShouldBe(isOptionKnown);
    }

    [Fact]
    public void Run_ReservedBySystemOrOutside_IsSilent()
    {
        using var log = new LogRecords();
        ReservedRangeCheck.Run((35000, 40000), (32768, 60999), "35000-40000", _ => true, log);
        ReservedRangeCheck.Run((20000, 30000), (32768, 60999), "", _ => true, log);
        ReservedRangeCheck.Run(null, (32768, 60999), "", _ => true, log);
        log.All.ShouldBeEmpty();
    }
}
