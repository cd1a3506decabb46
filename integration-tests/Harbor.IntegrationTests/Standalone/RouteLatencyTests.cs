using System.Diagnostics;
using Harbor.IntegrationTests.Traffic;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>
/// How long it takes from a DEA's word to the first relayed byte. Measured and printed, not asserted: what a shared machine takes is no property
/// of the code. The promise is a p99 under 100 ms on loopback.
/// </summary>
public sealed class RouteLatencyTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    private const int Rounds = 200;

    [Fact]
    public async Task Publish_ToTheFirstRelayedByte()
    {
        var app = RunningStandalone.NewId();

        // The client is there first and waits, so that what is measured begins with the heartbeat and nothing else.
        var port = (await harbor.Broker.PortForAsync(RunningStandalone.NewId(), app, new { protocol = "tcp", hold_seconds = 30 })).Port;
        var simulation = await harbor.NewSimulationAsync();
        var dea = simulation.AddDea();
        var taken = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            using var client = await EchoClient.OpenAsync(port);
            var greeting = client.ReadByteAsync();
            var began = Stopwatch.GetTimestamp();
            var instance = await dea.StartAsync(app, 0, [4100]);
            await greeting;
            taken.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);

            await dea.StopAsync(instance, tellExit: true);
            (await client.IsResetAsync()).ShouldBeTrue();
        }

        taken.Sort();
        var line = $"publish to first relayed byte, {Rounds} rounds: median {taken[Rounds / 2]:F1} ms, p99 {taken[Rounds * 99 / 100]:F1} ms, most {taken[^1]:F1} ms";
        TestContext.Current.TestOutputHelper!.WriteLine(line);
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "route-latency.txt"), line + "\n", TestContext.Current.CancellationToken);
    }
}
