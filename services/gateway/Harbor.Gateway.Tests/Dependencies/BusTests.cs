using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;

namespace Harbor.Gateway.Tests.Dependencies;

/// <summary>A real RabbitMQ that is lost while the gateway runs, with a reset or without a word.</summary>
public sealed class BusTests(RabbitMqServer rabbit) : IClassFixture<RabbitMqServer>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task C046_BusThatIsLost_Is503_AndWhatWasAcceptedIsFinishedAfterwards(bool isCut)
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
        (await run.Broker.ProvisionAsync("kept")).Is(201);
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
        (await run.Broker.ProvisionAsync("refused")).IsError(503);
        (await run.Broker.UpdateAsync("kept", BrokerClient.UpdateBody(new { hold_seconds = 1 }))).IsError(503);
        (await run.Broker.BindAsync("kept", "binding")).IsError(503);
        (await run.Broker.FetchAsync("kept")).Is(200).Body.ToJsonString().ShouldNotContain("hold_seconds");
        (await run.Broker.LastOperationAsync("accepted")).State.ShouldBe("in progress");
        (await run.Broker.DeprovisionAsync("kept")).IsError(503);

        link.Restore();
        await EndsAsync(async () => (await run.Broker.LastOperationAsync("accepted")).State == "succeeded", "the provision that was accepted ends");
        await EndsAsync(async () => (await run.Broker.ProvisionAsync("refused")).Status is 200 or 201, "what was refused is taken");
        await EndsAsync(async () => (await run.Broker.DeprovisionAsync("kept")).Status is 200 or 410, "what was to be deleted is gone");
        await EndsAsync(
            async () => (await run.PortsAsync()).Where(port => port.State == PortState.Active).Select(port => port.ServiceInstanceId).Order().SequenceEqual(["accepted", "refused"]),
            "those two have a port each, and nobody else has one");
    }

    private static Task EndsAsync(Func<Task<bool>> end, string expected) => Eventually.TrueAsync(end, expected, TimeSpan.FromSeconds(90), Cancelled);
}
