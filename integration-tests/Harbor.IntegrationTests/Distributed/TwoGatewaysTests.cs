using System.Net;
using Harbor.IntegrationTests.Broker;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>The same request at two gateways at once, as a platform sends it that repeats what it had no answer to.</summary>
[Collection<ClusterCollection>]
public sealed class TwoGatewaysTests(Cluster cluster)
{
    private const int Rounds = 10;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Instance_AskedForAtBothAtOnce_IsMadeOnce()
    {
        cluster.Require();
        await using var other = cluster.NewGateway();
        await other.StartReadyAsync();
        using var second = new BrokerClient(other.Url);
        BrokerClient[] gateways = [cluster.Broker, second];
        for (var round = 0; round < Rounds; round++)
        {
            var id = Guid.NewGuid().ToString();
            var answers = await Task.WhenAll(gateways.SelectMany(gateway => new[] { gateway.PutAsync(id, ""), gateway.PutAsync(id, "?accepts_incomplete=true") }));

            answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK || answer.StatusCode == HttpStatusCode.Created || answer.StatusCode == HttpStatusCode.Accepted);
            answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBeLessThanOrEqualTo(1, "two say that they have made it");
            Array.ForEach(answers, answer => answer.Dispose());
            await Task.WhenAll(gateways.Select(gateway => gateway.OperationEndsAsync(id)));
            foreach (var gateway in gateways)
            {
                using var again = await gateway.ProvisionAsync(id);
                again.StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            (await cluster.State.ActivePortsAsync()).Count(port => port.ServiceInstanceId == id).ShouldBe(1);
            await BoundAtBothAsync(gateways, id);
            await gateways[round % 2].DeprovisionedAsync(id);
        }

        await cluster.State.NothingUnownedAsync();
        await other.StopAsync();
    }

    /// <summary>One binding, made at both at once: both tell the same port.</summary>
    private async Task BoundAtBothAsync(BrokerClient[] gateways, string id)
    {
        var bound = await Task.WhenAll(gateways.Select(gateway => gateway.BindAsync(id, $"{id}-binding", "mud")));
        bound.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK || answer.StatusCode == HttpStatusCode.Created);
        Array.ForEach(bound, answer => answer.Dispose());
        var port = (await cluster.State.PortOfAsync(id)).ShouldNotBeNull();
        port.Apps.ShouldHaveSingleItem().BindingIds.ShouldBe([$"{id}-binding"]);
        foreach (var gateway in gateways)
        {
            // The other gateway's view of the store may be a moment behind.
            await Eventually.GetAsync(() => gateway.FetchBindingAsync(id, $"{id}-binding"), credentials => credentials.Port == port.Port, "the port's number in the binding", cancellationToken: Cancelled);
        }
    }
}
