using System.Net;
using System.Text.Json.Nodes;
using Harbor.IntegrationTests.Broker;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>A pool of which every port is somebody's.</summary>
public sealed class FullPoolTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pool_WhoseEveryPortIsTaken_IsAClearAnswer_AndAReleasedPortIsForItsLastOwnerAtFirst()
    {
        await using var harbor = new RunningStandalone(4);
        await harbor.InitializeAsync();
        var owners = Enumerable.Range(0, harbor.Range.Count).Select(_ => RunningStandalone.NewId()).ToList();
        var ports = await Task.WhenAll(owners.Select(async owner => (await harbor.Broker.PortForAsync(owner, RunningStandalone.NewId())).Port));
        ports.Order().ShouldBe(Enumerable.Range(harbor.Range.First, harbor.Range.Count));

        await RefusedAsync(harbor.Broker, RunningStandalone.NewId(), "has no free port left", null);
        await RefusedAsync(harbor.Broker, RunningStandalone.NewId(), "is taken", new { port = ports[0] });
        await harbor.Broker.DeprovisionedAsync(owners[0]);
        await RefusedAsync(harbor.Broker, RunningStandalone.NewId(), "has no free port left", null);

        (await harbor.Broker.PortForAsync(owners[0], RunningStandalone.NewId())).Port.ShouldBe(ports[0]);
        foreach (var (owner, port) in owners.Zip(ports).Skip(1))
        {
            (await harbor.Broker.FetchBindingAsync(owner, $"{owner}-binding")).Port.ShouldBe(port);
        }
    }

    /// <summary>However the platform asks; and nothing is left of the one that was refused.</summary>
    private static async Task RefusedAsync(BrokerClient broker, string instance, string reason, object? parameters)
    {
        foreach (var query in new[] { "", "?accepts_incomplete=true" })
        {
            using var answer = await broker.PutAsync(instance, query, parameters);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
            ((string?)JsonNode.Parse(text)!["description"]).ShouldNotBeNull().ShouldContain(reason);
        }

        using var fetched = await broker.FetchAsync(instance);
        fetched.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
