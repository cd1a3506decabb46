using Harbor.Hosting;
using Harbor.Node.Leases;
using Harbor.Node.Routes;
using Harbor.Node.Tests.Documents;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Documents;
using Harbor.Testing.Servers;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Node.Tests;

/// <summary>Nodes that share the DEAs over MongoDB and do not hear what the others write, until something moves between them.</summary>
public sealed class NodeAtRestTests(OwnNatsServer nats, MongoServer server) : IClassFixture<OwnNatsServer>, IClassFixture<MongoServer>, IAsyncLifetime
{
    private const string Address = "10.0.4.7:61044";

    private MongoTestDatabase _database = null!;

    public ValueTask InitializeAsync()
    {
        _database = server.NewDatabase();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Backends_OfOnePort_AreKeptByTheNodesOfTheirDeas()
    {
        const int deas = 12;
        await using var first = await StartAsync("a");
        await using var second = await StartAsync("b");
        var shared = await NodeRig.SharedPortAsync("mud", first, second);
        var others = await NodeRig.SharedPortAsync("chat", first, second);
        await first.RestsAsync();
        await second.RestsAsync();
        int Written() => first.Gates.Written.Count + second.Gates.Written.Count;
        var before = Written();

        var expected = new List<string>();
        for (var dea = 0; dea < deas; dea++)
        {
            expected.Add($"10.0.4.7:{61000 + dea}");
            await first.BeatAsync($"d{dea}", "mud", 61000 + dea);
            await first.BackendsBecomeAsync(shared, [.. expected]);
        }

        await first.BeatAsync(second.OwnDea(deas), "chat", 61100);
        await first.BackendsBecomeAsync(others, "10.0.4.7:61100");
        for (var dea = 0; dea < deas; dea += 2)
        {
            await first.SayAsync("droplet.exited", $$"""{"droplet":"mud","instance":"i-d{{dea}}","reason":"CRASHED"}""");
            expected.Remove($"10.0.4.7:{61000 + dea}");
            await first.BackendsBecomeAsync(shared, [.. expected]);
        }

        // A write is taken down a moment after it can be read.
        const int changes = deas + 1 + (deas / 2);
        await Eventually.TrueAsync(() => Written() - before == changes, $"{changes} changes are {changes} writes", cancellationToken: NodeRig.Cancellation);

        // It was not told what the other has written there, and is told what else is changed.
        first.KnownBackends(others).ShouldBe(0);
        await second.BindAsync("s-chat", "irc", "b-irc");
        await first.BoundAsync(others, "irc");
        first.KnownBackends(others).ShouldBe(1);
    }

    [Fact]
    public async Task Share_OfAKilledNode_IsTakenOverWithoutABackendLost()
    {
        const int deas = 20;
        await using var first = await StartAsync("a");
        await using var other = await NodeRig.StartProcessAsync(nats.Address, "b", "--Harbor:State:Provider=Mongo", $"--Harbor:State:Mongo:ConnectionString={_database.ConnectionString}");
        await first.SharedAsync();
        var port = await first.AllocateAsync("s1");
        await first.BindAsync("s1", "mud", "b1");
        await first.RestsAsync();
        for (var dea = 0; dea < deas; dea++)
        {
            await first.BeatAsync($"d{dea}", "mud", 61000 + dea);
        }

        await Eventually.GetAsync(() => first.BackendsAsync(port), seen => seen.Count == deas, "the backends of both nodes' shares", cancellationToken: NodeRig.Cancellation);
        var orphan = Enumerable.Range(0, deas).First(dea => !first.Share.Owns($"d{dea}"));
        var unheard = Enumerable.Range(deas, 100).First(dea => !first.Share.Owns($"d{dea}"));

        await other.KillAsync();
        await WriteLateAsync(first, port, stored => stored with { Port = 61999, InstanceId = "i", DeaId = $"d{unheard}" });
        await first.SayAsync("droplet.exited", $$"""{"droplet":"mud","instance":"i-d{{orphan}}","reason":"CRASHED"}""");
        var fewest = await first.FewestUntilGoneAsync(port, $"10.0.4.7:{61000 + orphan}");

        fewest.ShouldBe(deas);
        (await first.BackendsAsync(port)).ShouldContain("10.0.4.7:61999");
        first.Share.Count.ShouldBe(Partitions.Count);
    }

    [Fact]
    public async Task Share_OfANodeThatLeaves_IsTakenOverFromWhatIsStored()
    {
        await using var first = await StartAsync("a");
        var second = await StartAsync("b");
        var port = await NodeRig.SharedPortAsync("mud", first, second);
        var (own, others) = (first.OwnDea(), second.OwnDea());
        await first.RestsAsync();
        await second.RestsAsync();
        await first.BeatAsync(own, "mud", 61044);
        await first.BackendsBecomeAsync(port, Address);

        // As if the one that leaves had heard it and the one that stays had not.
        await WriteLateAsync(first, port, stored => stored with { Port = 61045, InstanceId = "i", DeaId = others });
        await second.DisposeAsync();
        await Eventually.TrueAsync(() => first.Share.Count == Partitions.Count, "the whole share", cancellationToken: NodeRig.Cancellation);
        await first.BeatAsync(first.OwnDea(100), "mud", 61046);

        await first.BackendsBecomeAsync(port, Address, "10.0.4.7:61045", "10.0.4.7:61046");
    }

    /// <summary>Its writer is not heard any more, and nothing moves: it is found when all is read once more.</summary>
    [Fact]
    public async Task Backend_ThatANodeWithoutItsShareWroteLate_IsTakenOut()
    {
        await using var rig = await StartAsync("a", new(TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        var port = await rig.AllocateAsync("s1");
        await rig.BindAsync("s1", "mud", "b1");
        await rig.BeatAsync("d1", "mud", 61044);
        await rig.BackendsBecomeAsync(port, Address);
        await rig.RestsAsync();

        await WriteLateAsync(rig, port, stored => stored with { Port = 61045, InstanceId = "gone" });

        await rig.BackendsBecomeAsync(port, Address);
    }

    /// <summary>The process is one of another application's by now, on a DEA of the other node's; the node that put it in cannot write.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Address_ThatComesFromAnotherNodesDea_IsNeverInTwoDocuments(bool hasExited)
    {
        await using var first = await StartAsync("a");
        await using var second = await StartAsync("b");
        var old = await NodeRig.SharedPortAsync("mud", first, second);
        var next = await NodeRig.SharedPortAsync("chat", first, second);
        await first.RestsAsync();
        await second.RestsAsync();
        await using var watch = first.Ports.WatchAsync("", NodeRig.Cancellation).GetAsyncEnumerator(NodeRig.Cancellation);
        while (await watch.MoveNextAsync() && watch.Current.Kind != DocumentChangeKind.SnapshotCompleted)
        {
        }

        await first.BeatAsync(first.OwnDea(), "mud", 61044);
        await first.BackendsBecomeAsync(old, Address);
        await second.RestsAsync();
        var gates = first.Gates;
        gates.Close(PortDocument.IdOf("default", old));
        if (hasExited)
        {
            await first.SayAsync("droplet.exited", $$"""{"droplet":"mud","instance":"i-{{first.OwnDea()}}","reason":"CRASHED"}""");
        }

        await first.BeatAsync(second.OwnDea(), "chat", 61044);

        await first.BackendsBecomeAsync(next, Address);
        gates.Open(PortDocument.IdOf("default", old));
        await first.BackendsBecomeAsync(old);
        var holders = new Dictionary<string, bool>();
        while (!holders.GetValueOrDefault(PortDocument.IdOf("default", next)))
        {
            (await watch.MoveNextAsync()).ShouldBeTrue();
            if (watch.Current.Document is { } port)
            {
                holders[port.Id] = port.Backends.Count > 0;
                holders.Values.Count(holds => holds).ShouldBeLessThanOrEqualTo(1, $"of {string.Join(" and ", holders.Keys)}");
            }
        }
    }

    /// <summary>Writes as a node does, whose last word this is.</summary>
    private static async Task WriteLateAsync(NodeRig rig, int port, Func<BackendEntry, BackendEntry> backend)
    {
        WriteResult<PortDocument> result;
        do
        {
            var stored = (await rig.Ports.GetAsync(PortDocument.IdOf("default", port), NodeRig.Cancellation))!;
            result = (await rig.Ports.ReplaceAllAsync([new(stored, stored with { Backends = [.. stored.Backends, backend(stored.Backends[0])] })], NodeRig.Cancellation))[0];
        }
        while (!result.Written);
    }

    private Task<NodeRig> StartAsync(string id, RestTimes? rest = null) => NodeRig.StartAsync(
        nats.Address,
        nodeId: id,
        mongo: _database,
        more: [new DocumentsModule<PortDocument, GatedDocuments<PortDocument>>(ports => new(ports)), new RestModule(rest ?? new(TimeSpan.Zero, TimeSpan.FromHours(1)))]);

    /// <summary>Other times than a node has.</summary>
    private sealed class RestModule(RestTimes times) : IHarborModule
    {
        public string Service => "rest";

        public void AddServices(IHostApplicationBuilder builder) => builder.Services.AddSingleton(times);

        public void AddBus(IBusRegistrationConfigurator bus)
        {
        }

        public void Map(WebApplication app)
        {
        }
    }
}
