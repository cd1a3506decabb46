using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
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

        // Longer than the week for which Cloud Controller may poll.
        var removed = (await StoredBindingAsync(binding))!;
        (removed.ForgetAt - removed.Operation.EndedAt).ShouldBe(TimeSpan.FromDays(8));
    }

    /// <summary>Cloud Controller polls a 404 until its maximum: whatever was answered 202 must be found, a key's as well, and whoever began it.</summary>
    [Theory]
    [InlineData("app-1", false)]
    [InlineData("app-1", true)]
    [InlineData(null, false)]
    public async Task C095_AcceptedUnbind_IsRememberedAndLaterIs410(string? app, bool beganSynchronously)
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Gateway:Broker:Moment"] = "00:00:00.000001",
            ["Harbor:Gateway:Broker:DependencyTimeout"] = beganSynchronously ? "00:00:01" : "00:00:10",
        });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.BindAsync("x", "b", BrokerClient.BindBody(app))).Is(201);
        run.Edge.Stall("b");
        if (beganSynchronously)
        {
            (await run.Broker.UnbindAsync("x", "b")).IsError(503);
        }

        // Nothing holds the unbind of a key: it may be over before anybody has waited for it.
        var unbind = await run.Broker.UnbindAsync("x", "b", incomplete: true);
        while (app is null && unbind.Status == 200)
        {
            (await run.Broker.BindAsync("x", "b", BrokerClient.BindBody(app))).Is(201);
            unbind = await run.Broker.UnbindAsync("x", "b", incomplete: true);
        }

        var operation = unbind.Is(202).Operation;
        run.Edge.Go("b");
        await Eventually.TrueAsync(
            async () => (await run.Broker.LastBindingOperationAsync("x", "b", operation)).Is(200).State == "succeeded", "the unbind succeeds", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.UnbindAsync("x", "b", incomplete: true)).Is(410);
        (await run.PortsAsync()).Single().Apps.ShouldBeEmpty();

        run.Set("Harbor:Gateway:Broker:RememberEnds", "00:00:00.001");
        await run.RestartAsync();
        await Eventually.TrueAsync(async () => (await run.Broker.LastBindingOperationAsync("x", "b")).Status == 410, "the end is not remembered", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.LastOperationAsync("x")).Is(200);
        (await run.Broker.BindAsync("x", "b", BrokerClient.BindBody(app))).Is(201);
        (await run.Broker.LastBindingOperationAsync("x", "b")).Is(200).State.ShouldBe("succeeded");
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
        await Eventually.TrueAsync(
            async () => (await run.AllAsync<BindingDocument>()).Single().State == BindingState.Removed, "the gateway knows that the port has forgotten it", cancellationToken: TestContext.Current.CancellationToken);
        (await run.PortsAsync()).Single().Apps.ShouldBeEmpty();
        var failed = (await run.Broker.LastBindingOperationAsync("x", "b")).Is(200);
        failed.State.ShouldBe("failed");
        failed.Body.Select(property => property.Key).ShouldBe(["state", "description"]);
        failed.Description.ShouldNotBeNullOrEmpty();
        (await run.Broker.UnbindAsync("x", "b")).Is(410);
    }

    [Fact]
    public async Task C056_RetryAfter_OfABinding_IsWholeSeconds()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.LastBindingOperationAsync(id, binding)).Headers.RetryAfter.ShouldBeNull();
        Run.Edge.Stall(binding);
        (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(202);
        (await Broker.LastBindingOperationAsync(id, binding)).Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        Run.Edge.Go(binding);
    }

    [Fact]
    public async Task C097_C098_Binding_IsFetchedOnceItIsThere()
    {
        var (id, binding) = await BoundAsync();
        var bound = (await Broker.BindAsync(id, binding)).Is(200);
        (await Broker.FetchBindingAsync(id, binding)).Is(200).Text.ShouldBe(bound.Text);
        (await Broker.SendAsync(HttpMethod.Get, $"{BrokerClient.Binding(id, binding)}?service_id=x&plan_id=y")).Is(200).Text.ShouldBe(bound.Text);
        (await Broker.FetchBindingAsync(id, "never-seen")).IsError(404);
        (await Broker.FetchBindingAsync("another", binding)).IsError(404);
    }
}
