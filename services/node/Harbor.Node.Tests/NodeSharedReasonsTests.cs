using Harbor.Testing;
using Harbor.Testing.Logs;
using Harbor.Testing.Servers;

namespace Harbor.Node.Tests;

/// <summary>Two nodes hear why an instance is no backend; one of them tells.</summary>
public sealed class NodeSharedReasonsTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    private const int Deas = 20;

    [Fact]
    public async Task Reasons_HeardByTwoNodes_AreToldByOne()
    {
        await using var seqOfFirst = await SeqServer.StartAsync();
        await using var seqOfSecond = await SeqServer.StartAsync();
        await using var first = await StartAsync("a", seqOfFirst);
        await using var second = await StartAsync("b", seqOfSecond, first.Database);
        await NodeRig.SharedPortAsync("mud", first, second);

        string?[] deas = [.. Enumerable.Range(0, Deas).Select(dea => $"d{dea}"), null];
        foreach (var dea in deas.Concat(deas))
        {
            await first.SayAsync("dea.heartbeat", Heartbeat(dea));
        }

        await TellsItsLastAsync(first, seqOfFirst);
        await TellsItsLastAsync(second, seqOfSecond);

        var (byFirst, bySecond) = (Told(seqOfFirst), Told(seqOfSecond));
        byFirst.Concat(bySecond).Order(StringComparer.Ordinal).ShouldBe(
            deas.SelectMany(dea => new[] { $"crashed-{dea} NotRunning", $"running-{dea} NoAddress" }).Order(StringComparer.Ordinal));
        byFirst.ShouldNotBeEmpty();
        bySecond.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Reasons_OfAGoneNodesDea_AreToldByTheOne_ThatHasItsShare()
    {
        await using var seqOfFirst = await SeqServer.StartAsync();
        await using var seqOfSecond = await SeqServer.StartAsync();
        await using var first = await StartAsync("a", seqOfFirst);
        string dea;
        await using (var second = await StartAsync("b", seqOfSecond, first.Database))
        {
            await NodeRig.SharedPortAsync("mud", first, second);
            dea = second.OwnDea();
            await first.SayAsync("dea.heartbeat", Heartbeat(dea));
            await TellsItsLastAsync(first, seqOfFirst);
            Told(seqOfFirst).ShouldBeEmpty();
        }

        await Eventually.TrueAsync(
            async () =>
            {
                await first.SayAsync("dea.heartbeat", Heartbeat(dea));
                return Told(seqOfFirst).Count > 0;
            },
            "a reason that was heard, and not told, before the other node was gone",
            cancellationToken: NodeRig.Cancellation);
        await TellsItsLastAsync(first, seqOfFirst);

        Told(seqOfFirst).Order(StringComparer.Ordinal).ShouldBe([$"crashed-{dea} NotRunning", $"running-{dea} NoAddress"]);
    }

    /// <summary>A crash and a running instance without a port.</summary>
    private static string Heartbeat(string? dea)
        => $$"""{{{(dea is null ? "" : $"\"dea\":\"{dea}\",")}}"ip":"10.0.4.7","droplets":[{"droplet":"mud","instance":"crashed-{{dea}}","state":"CRASHED"},{"droplet":"mud","instance":"running-{{dea}}","state":"RUNNING","ports":[]}]}""";

    /// <summary>What a node has told stands in its log in order: all that it tells of what it heard before this is there.</summary>
    private static async Task TellsItsLastAsync(NodeRig rig, SeqServer seq)
    {
        var last = $"last-{Guid.NewGuid():N}";
        await rig.SayAsync("dea.heartbeat", $$"""{"dea":"{{rig.OwnDea()}}","droplets":[{"droplet":"mud","instance":"{{last}}","state":"CRASHED"}]}""");
        await seq.WaitForAsync(told => told["InstanceId"] == last, "the last reason", cancellationToken: NodeRig.Cancellation);
    }

    private static List<string> Told(SeqServer seq)
        => [.. seq.Events
            .Where(told => told["AppGuid"] == "mud" && told.Template.Contains("is no backend", StringComparison.Ordinal) && told["InstanceId"]?.StartsWith("last", StringComparison.Ordinal) != true)
            .Select(told => $"{told["InstanceId"]} {told["Reason"]}")];

    private Task<NodeRig> StartAsync(string id, SeqServer seq, string? database = null)
        => NodeRig.StartAsync(nats.Address, database, nodeId: id, settings: new() { ["Harbor:Logging:Seq:Url"] = seq.Url });
}
