using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Dependencies;

public sealed class StoreTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task C046_StoreThatIsGone_Is503OnEveryRouteAndComesBack(bool hangs)
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.3" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.ProvisionAsync("z")).Is(201);
        (await run.Broker.BindAsync("z", "b")).Is(201);
        run.Edge.NodeIsDown = true;
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Is(202);
        var store = (HangingDocuments<ServiceInstanceDocument>)run.Documents<ServiceInstanceDocument>();
        var bindings = (HangingDocuments<BindingDocument>)run.Documents<BindingDocument>();
        (store.Hangs, store.IsAway) = (bindings.Hangs, bindings.IsAway) = (hangs, !hangs);
        run.Edge.NodeIsDown = false;
        (await run.Broker.ProvisionAsync("y")).IsError(503);
        (await run.Broker.FetchAsync("x")).IsError(503);
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 1 }))).IsError(503);
        (await run.Broker.DeprovisionAsync("x")).IsError(503);
        (await run.Broker.LastOperationAsync("x")).IsError(503);
        (await run.Broker.BindAsync("z", "b2")).IsError(503);
        (await run.Broker.FetchBindingAsync("z", "b")).IsError(503);
        (await run.Broker.LastBindingOperationAsync("z", "b")).IsError(503);
        (await run.Broker.UnbindAsync("z", "b")).IsError(503);
        (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200);

        // What was accepted before is finished afterwards.
        (store.Hangs, store.IsAway) = (bindings.Hangs, bindings.IsAway) = (false, false);
        (await run.Broker.FetchBindingAsync("z", "b")).Is(200);
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x")).State == "succeeded", "the delete ends", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.ProvisionAsync("y")).Status.ShouldBeOneOf(200, 201);
    }
}
