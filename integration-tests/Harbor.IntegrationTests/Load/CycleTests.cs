using Harbor.LoadTests.Loads;
using Harbor.LoadTests.Platforms;
using Harbor.LoadTests.Systems;
using Harbor.Testing.Ports;

namespace Harbor.IntegrationTests.Load;

/// <summary>The load test of <c>standalone</c>, for a bounded number of lives and without a look at the rate: that is <c>infra/load</c>'s.</summary>
public sealed class CycleTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lives_ManyAtOnce_ShareNoPort_AndLeaveNothing()
    {
        using var range = FreePorts.Reserve(250);
        await using var system = await StandaloneSystem.StartAsync(range.First, range.Last, Cancelled);
        using var platform = new Platform(system.Url);

        var result = await new CycleLoad(platform, 16).RunAsync(TimeSpan.FromMinutes(2), 200, Cancelled);

        result.Ended.ShouldBe(200);
        await system.Inspection.HoldsAsync([], Cancelled);
    }
}
