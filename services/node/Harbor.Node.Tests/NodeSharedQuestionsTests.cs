using System.Text.Json.Nodes;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;
using NATS.Client.Core;

namespace Harbor.Node.Tests;

/// <summary>Two nodes hear of instances whose main ports have to be asked for; one of them asks, and both hear the answer.</summary>
public sealed class NodeSharedQuestionsTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    [Theory]
    [InlineData("x1")]
    [InlineData("x2")]
    [InlineData(null)]
    public async Task UnmodifiedDea_OfTwoNodes_IsAskedByOne(string? dea)
    {
        await using var first = await StartAsync("a");
        await using var second = await StartAsync("b", first.Database);
        var port = await NodeRig.SharedPortAsync("mud", first, second);
        await NodeRig.SharedPortAsync("last", first, second);
        await using var asked = await first.Deas.SubscribeCoreAsync<string>("dea.find.droplet", cancellationToken: NodeRig.Cancellation);

        await BeatAsync(first, dea, "mud");

        // Each node asks in order, and each has an instance of this application on a DEA of its own; alone, it would ask once for both.
        await BeatAsync(first, first.OwnDea(), "last");
        await BeatAsync(first, second.OwnDea(), "last");
        var questions = new List<NatsMsg<string>>();
        while (questions.Count(question => AppOf(question) == "last") < 2)
        {
            questions.Add(await NextAsync(asked));
        }

        var mud = questions.Where(question => AppOf(question) == "mud").ShouldHaveSingleItem();
        await AnswerAsync(first, mud, dea);
        await first.BackendsBecomeAsync(port, "10.0.4.7:61023");
    }

    [Fact]
    public async Task Answer_ToANodeThatIsGone_IsKnownToTheOther()
    {
        await using var first = await StartAsync("a");
        int port;
        string dea;
        await using var deas = new NatsConnection(new NatsOpts { Url = nats.Address });
        await using var asked = await deas.SubscribeCoreAsync<string>("dea.find.droplet", cancellationToken: NodeRig.Cancellation);
        await deas.PingAsync(NodeRig.Cancellation);
        await using (var second = await StartAsync("b", first.Database))
        {
            port = await NodeRig.SharedPortAsync("mud", first, second);
            dea = second.OwnDea();
            await BeatAsync(first, dea, "mud");
            await AnswerAsync(first, await NextAsync(asked), dea);
            await first.BackendsBecomeAsync(port, "10.0.4.7:61023");
            await first.HeldAsync("10.0.4.7:61023", "mud");
        }

        await Eventually.TrueAsync(() => first.Share.Owns(dea), "the node that is left owns the DEA", cancellationToken: NodeRig.Cancellation);
        await BeatAsync(first, dea, "mud");
        await first.SayAsync("dea.shutdown", $$"""{"id":"{{dea}}"}""");
        await first.BackendsBecomeAsync(port, "10.0.4.7:61023 draining");
        asked.Msgs.TryRead(out _).ShouldBeFalse("nothing was left to ask");
    }

    [Fact]
    public async Task Question_ThatWasNotAnswered_IsAskedByTheNodeThatTakesOver()
    {
        await using var first = await StartAsync("a");
        await using var asked = await first.Deas.SubscribeCoreAsync<string>("dea.find.droplet", cancellationToken: NodeRig.Cancellation);
        int port;
        string dea;
        await using (var second = await StartAsync("b", first.Database))
        {
            port = await NodeRig.SharedPortAsync("mud", first, second);
            dea = second.OwnDea();
            await BeatAsync(first, dea, "mud");
            await NextAsync(asked);
        }

        await Eventually.TrueAsync(() => first.Share.Owns(dea), "the node that is left owns the DEA", cancellationToken: NodeRig.Cancellation);
        asked.Msgs.TryRead(out _).ShouldBeFalse("one of them asked");
        await BeatAsync(first, dea, "mud");
        await AnswerAsync(first, await NextAsync(asked), dea);
        await first.BackendsBecomeAsync(port, "10.0.4.7:61023");
    }

    [Fact]
    public async Task Answer_ThatTheNodeThatTakesOverHasMissed_IsFoundInTheStore()
    {
        await using var link = LinkProxy.Start(nats.Address);
        await using var first = await NodeRig.StartAsync(link.Through(nats.Address), nodeId: "a");
        int port;
        string dea;
        await using (var second = await StartAsync("b", first.Database))
        {
            port = await NodeRig.SharedPortAsync("mud", first, second);
            dea = second.OwnDea();
            await using var asked = await second.Deas.SubscribeCoreAsync<string>("dea.find.droplet", cancellationToken: NodeRig.Cancellation);
            await BeatAsync(second, dea, "mud");
            var question = await NextAsync(asked);
            await link.CutAsync();
            await AnswerAsync(second, question, dea);
            await second.BackendsBecomeAsync(port, "10.0.4.7:61023");
            link.Restore();
        }

        await first.HeldAsync("10.0.4.7:61023", "mud");
        await first.BackendsBecomeAsync(port, "10.0.4.7:61023");
    }

    private static string? AppOf(NatsMsg<string> question) => (string?)JsonNode.Parse(question.Data.ShouldNotBeNull())!["droplet"];

    private static Task<NatsMsg<string>> NextAsync(INatsSub<string> asked)
        => asked.Msgs.ReadAsync(NodeRig.Cancellation).AsTask().WaitAsync(Eventually.Patience, NodeRig.Cancellation);

    private static Task BeatAsync(NodeRig rig, string? dea, string app)
        => rig.SayAsync("dea.heartbeat", $$"""{{{Field(dea)}}"droplets":[{"droplet":"{{app}}","instance":"i-{{app}}-{{dea}}","state":"RUNNING","state_timestamp":1.5},{"droplet":"u","instance":"u","state":"RUNNING"}]}""");

    private static Task AnswerAsync(NodeRig rig, NatsMsg<string> question, string? dea)
        => rig.SayAsync(question.ReplyTo.ShouldNotBeNull(), $$"""{{{Field(dea)}}"droplet":"mud","instance":"i-mud-{{dea}}","state":"RUNNING","stats":{"host":"10.0.4.7","port":61023} }""");

    private static string Field(string? dea) => dea is null ? "" : $"\"dea\":\"{dea}\",";

    private Task<NodeRig> StartAsync(string id, string? database = null) => NodeRig.StartAsync(nats.Address, database, nodeId: id);
}
