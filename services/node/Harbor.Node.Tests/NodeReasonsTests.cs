using Harbor.Testing;
using Harbor.Testing.Logs;
using Harbor.Testing.Servers;

namespace Harbor.Node.Tests;

/// <summary>Why is this instance not a backend? The log of its application has it, once, with the reason.</summary>
public sealed class NodeReasonsTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    [Theory]
    [InlineData("NotRunning", "dea.heartbeat", """{"dea":"d1","ip":"10.0.4.7","droplets":[{"droplet":"mud","instance":"i1","state":"STARTING"},{"droplet":"u","instance":"u","state":"RUNNING"}]}""")]
    [InlineData("NoAddress", "dea.heartbeat", """{"dea":"d1","droplets":[{"droplet":"mud","instance":"i1","state":"RUNNING"},{"droplet":"u","instance":"u","state":"RUNNING"}]}""")]
    [InlineData("NoAddress", "dea.heartbeat", """{"dea":"d1","droplets":[{"droplet":"mud","instance":"i1","state":"RUNNING","ports":[{"container_port":4100,"host_port":61044}]},{"droplet":"u","instance":"u","state":"RUNNING"}]}""")]
    [InlineData("IntPortNotNamed", "dea.heartbeat", """{"dea":"d1","ip":"10.0.4.7","droplets":[{"droplet":"mud","instance":"i1","state":"RUNNING","ports":[{"container_port":8080,"host_port":61044}]},{"droplet":"u","instance":"u","state":"RUNNING"}]}""")]
    [InlineData("NetworkRefused", "dea.heartbeat", """{"dea":"d1","ip":"169.254.169.254","droplets":[{"droplet":"mud","instance":"i1","state":"RUNNING","ports":[{"container_port":4100,"host_port":80}]},{"droplet":"u","instance":"u","state":"RUNNING"}]}""")]
    [InlineData("NetworkRefused", "router.register", """{"dea":"d1","app":"mud","uris":["x.test"],"host":"169.254.169.254","port":80}""")]
    public async Task Instance_ThatIsNoBackend_IsToldOnceWithTheReason(string reason, string subject, string message)
    {
        await using var seq = await SeqServer.StartAsync();
        await using var rig = await StartAsync(seq);
        await BoundAsync(rig);

        await rig.SayAsync(subject, message);
        await rig.SayAsync(subject, message);

        var told = await ToldAsync(seq, "is no backend", reason);
        told["InstanceId"].ShouldBe(subject == "router.register" ? null : "i1");
        told["DeaId"].ShouldBe("d1");

        // What comes later in the log is there, so a second line would be.
        await rig.SayAsync("dea.heartbeat", Running("d2", "i2", 61045));
        await ToldAsync(seq, "takes traffic", "Running");
        seq.Events.Count(other => other["AppGuid"] == "mud" && other["Reason"] == reason && other.Template.Contains("is no backend", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Instance_WhoseExitWasTold_OrWhoseAddressIsALaterProcesss_IsToldWithTheReason()
    {
        await using var seq = await SeqServer.StartAsync();
        await using var rig = await StartAsync(seq);
        await BoundAsync(rig);

        await rig.SayAsync("droplet.exited", """{"droplet":"mud","instance":"i1","reason":"CRASHED"}""");
        await rig.SayAsync("dea.heartbeat", Running("d1", "i1", 61044));
        await ToldAsync(seq, "is no backend", "Exited");

        await rig.SayAsync("dea.heartbeat", Running("d2", "i2", 61044, began: 20));
        await rig.SayAsync("dea.heartbeat", Running("d3", "i3", 61044, began: 10));
        (await ToldAsync(seq, "is no backend", "AddressHeld"))["InstanceId"].ShouldBe("i3");
    }

    [Fact]
    public async Task MainPort_OfAnApplicationWithTwoBindings_IsToldNotToBeUsed()
    {
        await using var seq = await SeqServer.StartAsync();
        await using var rig = await StartAsync(seq);
        await BoundAsync(rig);
        await rig.AllocateAsync("s2");
        await rig.BindAsync("s2", "mud", "b2");

        await Eventually.TrueAsync(
            async () =>
            {
                // The second binding comes to the table by the watch.
                await rig.SayAsync("dea.heartbeat", """{"dea":"d1","droplets":[{"droplet":"mud","instance":"i1","state":"RUNNING"},{"droplet":"u","instance":"u","state":"RUNNING"}]}""");
                return Told(seq, "is no backend", "MainPortNotUsed").Any();
            },
            "the reason",
            cancellationToken: NodeRig.Cancellation);
    }

    [Fact]
    public async Task Backend_ThatLeaves_IsToldWithTheReason()
    {
        await using var seq = await SeqServer.StartAsync();
        await using var rig = await StartAsync(seq, ("Harbor:Node:HeartbeatInterval", "00:00:02"));
        var port = await BoundAsync(rig);

        await LeavesAsync("Exited", ("droplet.exited", """{"droplet":"mud","instance":"i1","reason":"STOPPED"}"""));
        await LeavesAsync("Absent", ("dea.heartbeat", """{"dea":"d1","droplets":[]}"""));
        await LeavesAsync("NotRunning", ("dea.heartbeat", """{"dea":"d1","droplets":[{"droplet":"mud","instance":"i3","state":"CRASHED"},{"droplet":"u","instance":"u","state":"RUNNING"}]}"""));
        await LeavesAsync("Unregistered", ("harbor.unregister", """{"app":"mud","host":"10.0.4.7","ports":[{"host_port":61044}]}"""));
        await LeavesAsync("PortsChanged", ("dea.heartbeat", """{"dea":"d1","ip":"10.0.4.7","droplets":[{"droplet":"mud","instance":"i5","state":"RUNNING","state_timestamp":5,"ports":[]},{"droplet":"u","instance":"u","state":"RUNNING"}]}"""));
        await LeavesAsync("AddressTaken", ("dea.heartbeat", Running("d2", "other", 61044, app: "chat", began: 100)));
        await LeavesAsync("DeaSilent");

        async Task LeavesAsync(string reason, params (string Subject, string Message)[] says)
        {
            var number = 1 + seq.Events.Count(told => told.Template.Contains("takes traffic", StringComparison.Ordinal));
            await Eventually.TrueAsync(
                async () =>
                {
                    await rig.SayAsync("dea.heartbeat", Running("d1", $"i{number}", 61044, began: number == 7 ? 200 : number));
                    return (await rig.BackendsAsync(port)).Count == 1 && seq.Events.Count(told => told.Template.Contains("takes traffic", StringComparison.Ordinal)) == number;
                },
                $"backend {number}, told",
                cancellationToken: NodeRig.Cancellation);
            foreach (var (subject, message) in says)
            {
                await rig.SayAsync(subject, message);
            }

            await rig.BackendsBecomeAsync(port);
            (await ToldAsync(seq, "has left port", reason))["ExternalPort"].ShouldBe(port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static async Task<int> BoundAsync(NodeRig rig)
    {
        var port = await rig.AllocateAsync("s1");
        await rig.BindAsync("s1", "mud", "b1");
        await rig.BoundAsync(port, "mud");
        return port;
    }

    private static string Running(string dea, string instance, int port, string app = "mud", int began = 1)
        => $$"""{"dea":"{{dea}}","ip":"10.0.4.7","droplets":[{"droplet":"{{app}}","instance":"{{instance}}","state":"RUNNING","state_timestamp":{{began}},"ports":[{"container_port":4100,"host_port":{{port}}}]},{"droplet":"u","instance":"u-{{dea}}","state":"RUNNING"}]}""";

    private static IEnumerable<SeqEvent> Told(SeqServer seq, string what, string reason)
        => seq.Events.Where(told => told["AppGuid"] == "mud" && told["Reason"] == reason && told.Template.Contains(what, StringComparison.Ordinal));

    private static async Task<SeqEvent> ToldAsync(SeqServer seq, string what, string reason)
    {
        await Eventually.TrueAsync(() => Told(seq, what, reason).Any(), $"the log of mud: {what}, {reason}", cancellationToken: NodeRig.Cancellation);
        var told = Told(seq, what, reason).First();
        told.Level.ShouldBe("Information");
        return told;
    }

    private Task<NodeRig> StartAsync(SeqServer seq, params (string Key, string Value)[] settings)
        => NodeRig.StartAsync(nats.Address, settings: settings.Append(("Harbor:Logging:Seq:Url", seq.Url)).ToDictionary(setting => setting.Item1, string? (setting) => setting.Item2));
}
