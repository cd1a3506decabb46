using System.Text;
using Harbor.Node.Routes;
using Harbor.Testing;
using Harbor.Testing.Logs;
using Harbor.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Node.Tests;

/// <summary>
/// Somebody on NATS who says anything at all, of any size: another application's backends stay, its events still happen, what is kept of it all is counted and
/// bounded, and every message that was of no use is in the metrics.
/// </summary>
public sealed class HostilePublisherTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    private const int Apps = 100_000;

    private static readonly string[] _subjects =
        ["dea.heartbeat", "droplet.exited", "dea.shutdown", "dea.start", "router.register", "router.unregister", "harbor.register", "harbor.unregister"];

    [Fact]
    public async Task Nonsense_OnEverySubject_IsCounted_AndHurtsNobody()
    {
        await using var seq = await SeqServer.StartAsync();
        await using var rig = await NodeRig.StartAsync(nats.Address, settings: new() { ["Harbor:Logging:Seq:Url"] = seq.Url, ["Harbor:Logging:Level"] = "Debug" });
        var victim = await VictimAsync(rig);
        var random = new Random(20261122);
        var sent = 0;
        foreach (var subject in _subjects)
        {
            foreach (var message in Nonsense(random))
            {
                await rig.Deas.PublishAsync(subject, message, cancellationToken: NodeRig.Cancellation);
                sent++;
            }
        }

        await victim.GrowsAsync();

        // Messages come in order, so all of it has been read.
        var counts = await CountsAsync(rig);
        var useless = counts.Where(count => !count.Key.Contains("Applied", StringComparison.Ordinal)).ToDictionary();
        useless.Values.Sum().ShouldBe(sent);
        foreach (var subject in _subjects)
        {
            foreach (var outcome in (string[])["Malformed", "Empty", "Unusable"])
            {
                useless.Keys.ShouldContain(key => key.Contains($"\"{subject}\"", StringComparison.Ordinal) && key.Contains($"\"{outcome}\"", StringComparison.Ordinal));
            }
        }

        useless.Keys.ShouldNotContain(key => key.Contains("Failed", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => Ignored(seq).Count > 0, "the log tells of ignored messages", cancellationToken: NodeRig.Cancellation);
        Ignored(seq).ShouldAllBe(told => told.Level == "Debug" && told["Subject"] != null);
        Ignored(seq).Count.ShouldBeLessThan(sent / 4, "a flood of messages is no flood of the log");
    }

    [Fact]
    public async Task HundredThousandApplications_AndTenThousandDroplets_AreTakenIn_AndHurtNobody()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var victim = await VictimAsync(rig);
        var routes = rig.Host.Services.GetRequiredService<RouteTable>();

        for (var first = 0; first < Apps; first += 1_000)
        {
            await rig.SayAsync("dea.heartbeat", Heartbeat($"flood-{first}", Enumerable.Range(first, 1_000).Select(number => Droplet($"app-{number}", "i", 1024 + (number % 60_000)))));
        }

        await victim.GrowsAsync();
        await rig.SayAsync("dea.heartbeat", Heartbeat("large", Enumerable.Range(0, 10_000).Select(number => $$"""{"droplet":"large","instance":"{{number}}","state":"RUNNING"}""")));
        await victim.GrowsAsync();

        // The victim's, the filler beside them, all the applications', and of the one with ten thousand as many as one may have.
        routes.InstanceCount.ShouldBe(victim.Instances + 1 + Apps + 2_000);
        var metrics = await rig.Host.Http.GetStringAsync("/metrics", NodeRig.Cancellation);
        metrics.ShouldContain("harbor_node_instances_refused");
    }

    [Fact]
    public async Task OtherApplicationsInstanceIds_AndAddresses_UnderAnotherName_TakeNothingAway()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var victim = await VictimAsync(rig);
        var port = await rig.AllocateAsync("s-mallory");
        await rig.BindAsync("s-mallory", "mallory", "b-mallory");

        // The same instance id, of another application, in everything that names one.
        await rig.SayAsync("droplet.exited", """{"droplet":"mallory","instance":"v0","reason":"CRASHED"}""");
        await rig.SayAsync("dea.heartbeat", Heartbeat("mallorys", [Droplet("mallory", "v0", 50_000), Droplet("mallory", "v1", 50_001)]));
        await rig.SayAsync("dea.heartbeat", Heartbeat("mallorys", []));
        await rig.SayAsync("harbor.unregister", $$"""{"app":"mallory","host":"10.0.4.7","ports":[{"host_port":{{VictimOf.FirstPort}}}]}""");
        await rig.SayAsync("router.unregister", $$"""{"app":"mallory","host":"10.0.4.7","port":{{VictimOf.FirstPort}}}""");

        // An address of the victim's, claimed by a process that says it is older.
        await rig.SayAsync("dea.heartbeat", Heartbeat("mallorys", [Droplet("mallory", "m", VictimOf.FirstPort, began: 0.5), Droplet("mallory", "m2", 50_002)], "10.0.4.7"));

        await victim.GrowsAsync();
        await rig.BackendsBecomeAsync(port, "10.0.4.7:50002");
    }

    [Fact]
    public async Task MadeUpInstances_OfABoundApplication_FillNeitherItsPortNorTheLog()
    {
        await using var seq = await SeqServer.StartAsync();
        await using var rig = await NodeRig.StartAsync(nats.Address, settings: new() { ["Harbor:Logging:Seq:Url"] = seq.Url });
        var victim = await VictimAsync(rig);
        var port = await rig.AllocateAsync("s-mallory");
        await rig.BindAsync("s-mallory", "mallory", "b-mallory");

        for (var first = 0; first < 20_000; first += 1_000)
        {
            await rig.SayAsync("dea.heartbeat", Heartbeat($"mallorys-{first}", Enumerable.Range(first, 1_000).Select(number => $$"""{"droplet":"mallory","instance":"m{{number}}","state":"CRASHED"}""")));
            await rig.SayAsync("dea.heartbeat", Heartbeat($"mallorys-{first}", Enumerable.Range(first, 1_000).Select(number => Droplet("mallory", $"r{number}", 1024 + number))));
        }

        await victim.GrowsAsync();
        await Eventually.GetAsync(() => rig.BackendsAsync(port), backends => backends.Count == 2_000, "as many backends as an application may have", cancellationToken: NodeRig.Cancellation);
        await Eventually.TrueAsync(
            () => Notes(seq).Any(told => told["AppGuid"] == "mallory" && told["Reason"] == "TooMany"), "the log says that there are too many", cancellationToken: NodeRig.Cancellation);
        Notes(seq).Count.ShouldBeLessThan(2_100);
    }

    private static List<SeqEvent> Ignored(SeqServer seq) => [.. seq.Events.Where(told => told.Template.StartsWith("A message on {Subject}", StringComparison.Ordinal))];

    private static List<SeqEvent> Notes(SeqServer seq) => [.. seq.Events.Where(told => told.Template.Contains("is no backend", StringComparison.Ordinal))];

    private static async Task<VictimOf> VictimAsync(NodeRig rig)
    {
        var port = await rig.AllocateAsync("s-victim");
        await rig.BindAsync("s-victim", "victim", "b-victim");
        var victim = new VictimOf(rig, port);
        await victim.GrowsAsync();
        await victim.GrowsAsync();
        return victim;
    }

    private static string Heartbeat(string dea, IEnumerable<string> droplets, string ip = "10.0.9.9") => $$"""{"dea":"{{dea}}","ip":"{{ip}}","droplets":[{{string.Join(',', droplets)}}]}""";

    private static string Droplet(string app, string instance, int port, double began = 1) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $$"""{"droplet":"{{app}}","instance":"{{instance}}","index":0,"state":"RUNNING","state_timestamp":{{began}},"ports":[{"container_port":4100,"host_port":{{port}}}]}""");

    /// <summary>Nothing of which can be used, up to the largest message that the server lets pass.</summary>
    private static IEnumerable<byte[]> Nonsense(Random random)
    {
        yield return [];
        yield return new byte[1024 * 1024];
        yield return [.. "{\"dea\":\""u8, 0xC3, 0x28, .. "\",\"droplets\":[{\"droplet\":\""u8, 0xFF, .. "\"}]}"u8];
        foreach (var depth in (int[])[33, 1_000, 500_000])
        {
            yield return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", depth)));
            yield return Encoding.UTF8.GetBytes("{\"droplets\":" + new string('[', depth) + new string(']', depth) + "}");
            yield return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"stats\":", depth / 10)));
        }

        foreach (var text in (string[])
        [
            "null", "[]", "{}", "7", "\"x\"", "{", "{}{}", "{\"droplets\":{}}", "{\"droplets\":[1,null,{}]}", "{\"droplet\":{},\"instance\":[]}",
            "{\"host\":\"example.test\",\"port\":1e999,\"app\":1.5}", "{\"host\":\"10.0.0.1\",\"port\":99999999999999999999,\"app\":\"a\"}",
            "{\"app\":\"a\",\"app\":null,\"instance\":\"i\",\"instance\":-1e400,\"host\":4,\"ports\":[{\"host_port\":65536}]}",
            "{\"id\":\"\",\"id\":\"" + new string('x', 300) + "\"}", "{\"id\":" + new string('9', 400) + "}",
            "{\"app\":\"" + new string('a', 900_000) + "\"}", "{\"droplets\":[" + string.Join(',', Enumerable.Repeat("0", 400_000)) + "]}",
        ])
        {
            yield return Encoding.UTF8.GetBytes(text);
        }

        for (var i = 0; i < 40; i++)
        {
            var bytes = new byte[random.Next(1, 4_096)];
            random.NextBytes(bytes);
            yield return bytes;
        }
    }

    private static async Task<Dictionary<string, long>> CountsAsync(NodeRig rig)
        => (await rig.Host.Http.GetStringAsync("/metrics", NodeRig.Cancellation)).Split('\n')
            .Where(line => line.StartsWith("harbor_node_events_total{", StringComparison.Ordinal))
            .ToDictionary(line => line[..(line.IndexOf('}', StringComparison.Ordinal) + 1)], line => long.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>An application that goes on as if nothing were.</summary>
    private sealed class VictimOf(NodeRig rig, int port)
    {
        public const int FirstPort = 61_044;

        public int Instances { get; private set; }

        /// <summary>One more instance starts, and all there are get the port's traffic.</summary>
        public async Task GrowsAsync()
        {
            Instances++;
            var droplets = Enumerable.Range(0, Instances).Select(number => Droplet("victim", $"v{number}", FirstPort + number));
            await rig.SayAsync("dea.heartbeat", $$"""{"dea":"victims","ip":"10.0.4.7","droplets":[{{string.Join(',', droplets.Append("{\"droplet\":\"filler\",\"instance\":\"f\",\"state\":\"RUNNING\"}"))}}]}""");
            await rig.BackendsBecomeAsync(port, [.. Enumerable.Range(0, Instances).Select(number => $"10.0.4.7:{FirstPort + number}")]);
        }
    }
}
