using Harbor.LoadTests.Loads;
using Harbor.LoadTests.Platforms;
using Harbor.LoadTests.Systems;
using Harbor.Testing.Ports;
using Harbor.Testing.Servers;

namespace Harbor.IntegrationTests.Load;

/// <summary>The load test over RabbitMQ and MongoDB, with fewer at once: what is given twice or left over shows here too.</summary>
public sealed class BurstTests(RabbitMqServer rabbit)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProvisionsAndDeprovisions_AtOnce_ShareNoPort_AndLeaveNothing()
    {
        using var range = FreePorts.Reserve(200);
        await using var system = await ClusterSystem.StartAsync(rabbit, range.First, range.Last, Cancelled);
        using var platform = new Platform(system.Url);

        await new BurstLoad(platform, system.Inspection, 40, line => TestContext.Current.TestOutputHelper!.WriteLine(line)).RunAsync(Cancelled);
    }
}
