using Harbor.Node.Tests.Documents;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Documents;
using Harbor.Testing.Servers;

namespace Harbor.Node.Tests;

/// <summary>An address whose process is another application's now: it has left the old port's document before it is in the new port's.</summary>
public sealed class AddressMoveTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    private const string Address = "10.0.4.7:61044";

    [Fact]
    public async Task Address_OfAnotherApplication_WaitsUntilItHasLeftTheOldPort()
    {
        await using var rig = await StartAsync();
        var (old, next) = await TwoPortsAsync(rig);
        await BeatAsync(rig, "mud", 1);
        await rig.BackendsBecomeAsync(old, Address);
        rig.Gates.Close(IdOf(old));

        await BeatAsync(rig, "chat", 2, also: 61045);

        // What else is new at the port does not wait; and when it is written, the address has been looked at too.
        await rig.BackendsBecomeAsync(next, "10.0.4.7:61045");
        (await rig.BackendsAsync(old)).ShouldBe([Address]);
        rig.Gates.Open(IdOf(old));
        await rig.BackendsBecomeAsync(old);
        await rig.BackendsBecomeAsync(next, "10.0.4.7:61045", Address);
    }

    [Fact]
    public async Task Binding_OfTheNewApplication_DoesNotBringTheAddressBeforeItHasLeft()
    {
        await using var rig = await StartAsync();
        var old = await rig.AllocateAsync("s-mud");
        var next = await rig.AllocateAsync("s-chat");
        await rig.BindAsync("s-mud", "mud", "b-mud");
        await BeatAsync(rig, "mud", 1);
        await rig.BackendsBecomeAsync(old, Address);
        rig.Gates.Close(IdOf(old));
        await BeatAsync(rig, "chat", 2);
        await rig.HeldAsync(Address, "chat");

        await rig.BindAsync("s-chat", "chat", "b-chat");

        (await rig.BackendsAsync(next)).ShouldBeEmpty();
        (await rig.BackendsAsync(old)).ShouldBe([Address]);
        rig.Gates.Open(IdOf(old));
        await rig.BackendsBecomeAsync(next, Address);
        (await rig.BackendsAsync(old)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Addresses_ThatTwoPortsSwap_AreSwapped()
    {
        await using var rig = await StartAsync();
        var (first, second) = await TwoPortsAsync(rig);
        await SwapAsync(rig, 1, 61044, 61045);
        await rig.BackendsBecomeAsync(first, Address);
        await rig.BackendsBecomeAsync(second, "10.0.4.7:61045");

        await SwapAsync(rig, 2, 61045, 61044);

        await rig.BackendsBecomeAsync(first, "10.0.4.7:61045");
        await rig.BackendsBecomeAsync(second, Address);
        HoldsEachAddressOnce(rig.Gates.Written);
    }

    [Fact]
    public async Task Addresses_ThatMoveHundredsOfTimes_AreNeverInTwoDocuments()
    {
        const int seed = 20261122;
        const int rounds = 300;
        var random = new Random(seed);
        await using var rig = await StartAsync();
        string[] apps = ["mud", "chat", "dns"];
        List<int> ports = [];
        foreach (var app in apps)
        {
            ports.Add(await rig.AllocateAsync($"s-{app}"));
            await rig.BindAsync($"s-{app}", app, $"b-{app}");
        }

        for (var round = 1; round <= rounds; round++)
        {
            // Four addresses, each with a new process of any of the applications; the DEAs change too.
            var droplets = Enumerable.Range(0, 4).Select(place => Droplet(apps[random.Next(3)], $"i{round}-{place}", round, 61044 + place));
            var written = rig.Gates.Written.Count;
            await rig.SayAsync("dea.heartbeat", $$"""{"dea":"d{{random.Next(2)}}","ip":"10.0.4.7","droplets":[{{string.Join(',', droplets)}}]}""");
            if (random.Next(2) == 0)
            {
                // Every process is another one, so something is written; the next message may come before all is.
                await Eventually.TrueAsync(() => rig.Gates.Written.Count > written, "a port's document", cancellationToken: NodeRig.Cancellation);
            }
        }

        await BeatAsync(rig, "mud", rounds + 1);
        await rig.SayAsync("dea.heartbeat", """{"dea":"d0","droplets":[]}""");
        await rig.SayAsync("dea.heartbeat", """{"dea":"d1","droplets":[]}""");
        await rig.BackendsBecomeAsync(ports[0], Address);
        await rig.BackendsBecomeAsync(ports[1]);
        await rig.BackendsBecomeAsync(ports[2]);

        HoldsEachAddressOnce(rig.Gates.Written);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}: {rig.Gates.Written.Count} writes");
        rig.Gates.Written.Count.ShouldBeGreaterThan(rounds / 2);
    }

    private static string IdOf(int port) => PortDocument.IdOf("default", port);

    private static async Task<(int First, int Second)> TwoPortsAsync(NodeRig rig)
    {
        var first = await rig.AllocateAsync("s-mud");
        var second = await rig.AllocateAsync("s-chat");
        await rig.BindAsync("s-mud", "mud", "b-mud");
        await rig.BindAsync("s-chat", "chat", "b-chat");
        return (first, second);
    }

    private static Task BeatAsync(NodeRig rig, string app, int began, int? also = null)
    {
        List<string> droplets = [Droplet(app, $"i-{app}", began, 61044), Droplet("unbound", "u", began, 61099)];
        if (also is { } port)
        {
            droplets.Insert(0, Droplet(app, $"i-{app}-also", began, port));
        }

        return rig.SayAsync("dea.heartbeat", $$"""{"dea":"dea-of-{{app}}","ip":"10.0.4.7","droplets":[{{string.Join(',', droplets)}}]}""");
    }

    private static Task SwapAsync(NodeRig rig, int began, int mud, int chat)
        => rig.SayAsync("dea.heartbeat", $$"""{"dea":"d1","ip":"10.0.4.7","droplets":[{{Droplet("mud", $"m{began}", began, mud)}},{{Droplet("chat", $"c{began}", began, chat)}}]}""");

    private static string Droplet(string app, string instance, int began, int hostPort)
        => $$"""{"droplet":"{{app}}","instance":"{{instance}}","index":0,"state":"RUNNING","state_timestamp":{{began}},"ports":[{"container_port":4100,"host_port":{{hostPort}}}]}""";

    private static void HoldsEachAddressOnce(IReadOnlyList<PortDocument> written)
    {
        var holders = new Dictionary<(string, int), string>();
        foreach (var port in written)
        {
            foreach (var address in holders.Where(held => held.Value == port.Id).Select(held => held.Key).ToList())
            {
                holders.Remove(address);
            }

            foreach (var backend in port.Backends)
            {
                holders.TryAdd((backend.Host, backend.Port), port.Id).ShouldBeTrue($"{backend.Host}:{backend.Port} is added to {port.Id} and is in {holders[(backend.Host, backend.Port)]} still");
            }
        }
    }

    private Task<NodeRig> StartAsync() => NodeRig.StartAsync(nats.Address, more: new DocumentsModule<PortDocument, GatedDocuments<PortDocument>>(ports => new(ports)));
}
