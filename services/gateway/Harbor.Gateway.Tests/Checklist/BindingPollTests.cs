using Harbor.Gateway.Tests.Running;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class BindingPollTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C095_C096_State_IsThatOfTheBinding()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.LastBindingOperationAsync(id, binding)).Is(200).State.ShouldBe("succeeded");
        (await Broker.LastBindingOperationAsync(id, "never-seen")).IsError(404);
        (await Broker.LastBindingOperationAsync("another", binding)).IsError(404);

        Run.Edge.Stall(binding);
        var unbind = (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(202);
        (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(202).Operation.ShouldBe(unbind.Operation);
        (await Broker.LastBindingOperationAsync(id, binding)).Is(200).State.ShouldBe("in progress");
        Run.Edge.Go(binding);
        await Eventually.TrueAsync(async () => (await Broker.LastBindingOperationAsync(id, binding)).State == "succeeded", "the binding is removed", cancellationToken: TestContext.Current.CancellationToken);
        (await Broker.FetchBindingAsync(id, binding)).IsError(404);
        (await Broker.UnbindAsync(id, binding)).Is(410);
    }

    [Fact]
    public async Task C095_FailedBind_IsRemembered()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.4",
            ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.3",
        });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        run.Edge.AnswersAreLost = true;
        (await run.Broker.BindAsync("x", "b", incomplete: true)).Is(202);
        await Eventually.TrueAsync(async () => (await run.Broker.LastBindingOperationAsync("x", "b")).State == "failed", "the bind fails", cancellationToken: TestContext.Current.CancellationToken);
        run.Edge.AnswersAreLost = false;
        await Eventually.TrueAsync(async () => (await run.PortsAsync()).Single().Apps.Count == 0, "the port forgets it", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.LastBindingOperationAsync("x", "b")).Is(200).State.ShouldBe("failed");
    }

    [Fact]
    public async Task C097_C098_Binding_IsFetchedOnceItIsThere()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.SendAsync(HttpMethod.Get, $"{BrokerClient.Binding(id, binding)}?service_id=x&plan_id=y")).Is(200).Body["endpoints"].ShouldNotBeNull();
        (await Broker.FetchBindingAsync(id, "never-seen")).IsError(404);
        (await Broker.FetchBindingAsync("another", binding)).IsError(404);
    }
}
