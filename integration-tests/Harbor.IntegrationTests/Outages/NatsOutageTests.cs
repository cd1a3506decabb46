using System.Globalization;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Outages;

/// <summary>
/// NATS away and back: no backend is lost, no connection is reset, and soon after its return the routes are what runs. <c>HARBOR_TEST_OUTAGE_SECONDS=60</c> takes
/// the platform's own times; otherwise heartbeats come every second, and the outage takes longer than the three of them after which a DEA is gone.
/// </summary>
public sealed class NatsOutageTests
{
    /// <summary>What was promised: within this after NATS is back the routes are true.</summary>
    private static readonly TimeSpan _promise = TimeSpan.FromSeconds(25);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static bool IsFull => Environment.GetEnvironmentVariable("HARBOR_TEST_OUTAGE_SECONDS") is { Length: > 0 };

    private static TimeSpan Outage => TimeSpan.FromSeconds(IsFull ? int.Parse(Environment.GetEnvironmentVariable("HARBOR_TEST_OUTAGE_SECONDS")!, CultureInfo.InvariantCulture) : 8);

    private static TimeSpan Heartbeat => TimeSpan.FromSeconds(IsFull ? 10 : 1);

    [Fact]
    public async Task Nats_KilledAndBack_LosesNothing_AndTheRoutesAreTrueSoon()
    {
        await using var nats = new OwnNatsServer();
        await nats.InitializeAsync();
        await using var harbor = new NatsOutage(nats.Address, nats.Address, Heartbeat);
        await harbor.StartAsync();
        var before = harbor.Instances;

        await nats.KillAsync();
        await harbor.ServesForAsync(Outage);
        await harbor.GrowAsync();
        await nats.RestartAsync(Cancelled);
        var grown = await harbor.IsTrueAsync(_promise);

        await harbor.ServesAsync(harbor.Instances);

        // Once more, with an instance that ends while nobody hears it.
        await nats.KillAsync();
        await harbor.ShrinkAsync();
        await nats.RestartAsync(Cancelled);
        var shrunk = await harbor.IsTrueAsync(_promise);

        harbor.Instances.ShouldBe(before);
        await harbor.ServesForAsync(4 * Heartbeat);
        await harbor.NobodyWasCutAsync();
        Say($"NATS killed for {Outage.TotalSeconds} s: routes true {grown.TotalSeconds:F1} s and {shrunk.TotalSeconds:F1} s after its return");
    }

    [Fact]
    public async Task Harbor_CutAsASlowConsumer_LosesNothing_AndTheRoutesAreTrueSoon()
    {
        await using var nats = new ObservedNatsServer();
        await nats.InitializeAsync();
        await using var link = LinkProxy.Start(nats.Address);
        await using var harbor = new NatsOutage(nats.Address, link.Through(nats.Address), Heartbeat);
        await harbor.StartAsync();

        // Harbor reads nothing more, and what the platform says piles up at the server until that has had enough.
        link.Pause();
        await FloodAsync(nats);
        await harbor.ServesForAsync(Outage);
        await harbor.GrowAsync();
        link.Restore();
        var took = await harbor.IsTrueAsync(_promise);

        await harbor.ServesAsync(harbor.Instances);
        await harbor.NobodyWasCutAsync();
        (await nats.SlowConsumersAsync()).ShouldBeGreaterThan(0);
        Say($"cut as a slow consumer, unread for {Outage.TotalSeconds} s: routes true {took.TotalSeconds:F3} s after the link was back");
    }

    /// <summary>Heartbeats of a large DEA, until the server has cut somebody for not reading them.</summary>
    private static async Task FloodAsync(ObservedNatsServer nats)
    {
        await using var deas = new NatsConnection(new NatsOpts { Url = nats.Address });
        var droplets = string.Join(',', Enumerable.Range(0, 500).Select(index => $$"""{"droplet":"flood","instance":"f{{index}}","index":{{index}},"state":"RUNNING","state_timestamp":1}"""));
        var message = System.Text.Encoding.UTF8.GetBytes($$"""{"dea":"flood","droplets":[{{droplets}}]}""");
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await deas.PublishAsync("dea.heartbeat", message, cancellationToken: Cancelled);
                }

                await deas.PingAsync(Cancelled);
                return await nats.SlowConsumersAsync() > 0;
            },
            "the server cuts a client that does not read",
            cancellationToken: Cancelled);
    }

    private static void Say(string line)
    {
        TestContext.Current.TestOutputHelper!.WriteLine(line);
        File.AppendAllText(Path.Combine(AppContext.BaseDirectory, "nats-outage.txt"), line + "\n");
    }
}
