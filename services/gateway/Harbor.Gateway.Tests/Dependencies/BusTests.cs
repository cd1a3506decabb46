using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;

namespace Harbor.Gateway.Tests.Dependencies;

/// <summary>A real RabbitMQ that is lost while the gateway runs, with a reset or without a word.</summary>
public sealed class BusTests(RabbitMqServer rabbit) : IClassFixture<RabbitMqServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task C046_BusThatIsLost_Is503_AndWhatWasAcceptedIsFinishedAfterwards(bool isCut, bool hasBound)
    {
        var address = rabbit.NextVirtualHost();
        await using var link = LinkProxy.Start(address);

        // Only the time limit of the bus can end these requests: the platform's own time is longer than the client here waits.
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Bus:Transport"] = "RabbitMq",
            ["Harbor:Bus:RabbitMq:Uri"] = link.Through(address),
            ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.5",
            ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:58",
        });
        foreach (var id in new[] { "kept", "deleted" })
        {
            await EndsAsync(async () => (await run.Broker.ProvisionAsync(id)).Status is 200 or 201, $"{id} has a port");
        }

        // The first request to the node is another matter than the later ones.
        if (hasBound)
        {
            await EndsAsync(async () => (await run.Broker.BindAsync("kept", "bound")).Status is 200 or 201, "the application is bound");
        }

        run.Edge.Stall("accepted");
        (await run.Broker.ProvisionAsync("accepted", incomplete: true)).Is(202);
        if (isCut)
        {
            await link.CutAsync();
        }
        else
        {
            link.Pause();
        }

        run.Edge.Go("accepted");
        (await run.Broker.ProvisionAsync("abandoned")).IsError(503);
        (await run.Broker.ProvisionAsync("refused")).IsError(503);

        // Taken while nobody has noticed yet: by the answer it is finished, or nothing is left of it.
        var late = await run.Broker.ProvisionAsync("late", incomplete: true);
        late.Status.ShouldBeOneOf(202, 503);
        (await run.Broker.UpdateAsync("kept", BrokerClient.UpdateBody(new { hold_seconds = 1 }))).IsError(503);
        (await run.Broker.BindAsync("kept", "never", BrokerClient.BindBody("app-2"))).IsError(503);
        (await run.Broker.FetchAsync("kept")).Is(200).Body.ToJsonString().ShouldNotContain("hold_seconds");
        (await run.Broker.FetchBindingAsync("kept", "never")).IsError(404);
        (await run.Broker.LastOperationAsync("accepted")).State.ShouldBe("in progress");
        (await run.Broker.DeprovisionAsync("deleted")).IsError(503);
        (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200);
        if (hasBound)
        {
            (await run.Broker.FetchBindingAsync("kept", "bound")).Is(200);
            (await run.Broker.UnbindAsync("kept", "bound")).IsError(503);
            (await run.Broker.UnbindAsync("kept", "bound", incomplete: true)).Is(202);
        }

        link.Restore();
        await EndsAsync(async () => (await run.Broker.LastOperationAsync("accepted")).State == "succeeded", "the provision that was accepted ends");
        await EndsAsync(async () => (await run.Broker.ProvisionAsync("refused")).Status is 200 or 201, "what was refused is taken");
        await EndsAsync(async () => (await run.Broker.DeprovisionAsync("deleted")).Status is 200 or 410, "what was to be deleted is gone");
        await EndsAsync(
            async () => (await run.AllAsync<BindingDocument>()).All(binding => binding.State == BindingState.Removed) && (await run.PortsAsync()).All(port => port.Apps.Count == 0),
            "nothing is left of the bind that was refused, nor of the unbind that was accepted");
        await EndsAsync(
            async () => (await run.Broker.UpdateAsync("kept", BrokerClient.UpdateBody(new { hold_seconds = 2 }))).Status == 200, "the instance whose update was refused can be updated");
        string[] holders = ["accepted", "kept", .. late.Status == 202 ? ["late"] : Array.Empty<string>(), "refused"];
        await EndsAsync(
            async () => (await run.PortsAsync()).Where(port => port.State == PortState.Active).Select(port => port.ServiceInstanceId).Order().SequenceEqual(holders),
            $"{string.Join(", ", holders)} have a port each, and nobody else has one");
    }

    private static Task EndsAsync(Func<Task<bool>> end, string expected) => Eventually.TrueAsync(end, expected, TimeSpan.FromSeconds(90), Cancelled);
}
