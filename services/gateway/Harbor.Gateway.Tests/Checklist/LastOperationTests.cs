using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class LastOperationTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C047_State_IsOneOfThree()
    {
        var (id, _) = await ProvisioningAsync();
        (await Broker.LastOperationAsync(id)).Is(200).State.ShouldBe("in progress");
        (await EndAsync(id)).ShouldBe("succeeded");
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.5" });
        run.Edge.NodeIsDown = true;
        (await run.Broker.ProvisionAsync("late", incomplete: true)).Is(202);
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("late")).State == "failed", "the provision fails", cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task C048_WithOperation_ItIsThatOperations()
    {
        var (id, provision) = await ProvisioningAsync();
        var delete = (await Broker.DeprovisionAsync(id, incomplete: true)).Is(202).Operation;
        delete.ShouldNotBe(provision);
        (await Broker.LastOperationAsync(id, provision)).Is(200).State.ShouldBe("failed");
        (await Broker.LastOperationAsync(id, delete)).Is(200).State.ShouldBe("in progress");
        (await Broker.LastOperationAsync(id)).Is(200).State.ShouldBe("in progress");
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.LastOperationAsync(id, provision)).Is(200).State.ShouldBe("failed");
        (await Broker.LastOperationAsync(id, delete)).Is(200).State.ShouldBe("succeeded");
    }

    [Theory]
    [InlineData("provision")]
    [InlineData("task 1/2?&%")]
    [InlineData("")]
    public async Task C049_UnknownOperation_IsTheLatest(string operation)
    {
        var (id, _) = await ProvisioningAsync();
        (await Broker.LastOperationAsync(id, operation)).Is(200).State.ShouldBe("in progress");
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.LastOperationAsync(id, operation)).Is(200).State.ShouldBe("succeeded");
        var (bound, binding) = await BoundAsync();
        (await Broker.LastBindingOperationAsync(bound, binding, operation)).Is(200).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task C050_Hints_AreNotChecked()
    {
        var (id, _) = await UpdatingAsync(new { hold_seconds = 1 });
        (await Broker.SendAsync(HttpMethod.Get, $"{BrokerClient.Instance(id)}/last_operation?plan_id=old&service_id=x")).Is(200).State.ShouldBe("in progress");
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.SendAsync(HttpMethod.Get, $"{BrokerClient.Instance(id)}/last_operation?plan_id=&service_id=")).Is(200).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task C051_UnknownInstance_Is404()
    {
        (await Broker.LastOperationAsync("never-seen")).IsError(404);
        (await Broker.LastOperationAsync("never-seen", "operation")).IsError(404);
    }

    [Fact]
    public async Task C052_C053_DeletedInstance_SucceededAndLaterIsGone()
    {
        var id = await ProvisionedAsync();
        (await Broker.LastOperationAsync(id)).Is(200);
        (await Broker.DeprovisionAsync(id)).Is(200);
        (await Broker.LastOperationAsync(id)).Is(200).State.ShouldBe("succeeded");
        var deleted = (await StoredAsync(id))!;
        (deleted.ForgetAt - deleted.Operation.EndedAt).ShouldBe(TimeSpan.FromDays(8));

        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:RememberEnds"] = "00:00:00.001" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 1 }))).Is(200);
        run.Edge.Stall("running");
        (await run.Broker.ProvisionAsync("running", incomplete: true)).Is(202);
        (await run.Broker.ProvisionAsync("passing")).Is(201);
        (await run.Broker.DeprovisionAsync("passing")).Is(200);
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("passing")).Status == 410, "time passes", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.LastOperationAsync("x")).Is(200).State.ShouldBe("succeeded");
        (await run.Broker.LastOperationAsync("running")).Is(200).State.ShouldBe("in progress");
        (await run.Broker.DeprovisionAsync("x")).Is(200);
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x")).Status == 410, "the end is not remembered", cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task C053_Tombstones_AreForgottenInTheEnd()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Gateway:Broker:RememberEnds"] = "00:00:00.001",
            ["Harbor:Gateway:Broker:ForgetAfter"] = "00:00:00.002",
        });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.DeprovisionAsync("x")).Is(200);
        await Eventually.TrueAsync(async () => (await run.AllAsync<ServiceInstanceDocument>()).Count == 0, "the tombstone goes", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.LastOperationAsync("x")).IsError(404);
    }

    [Fact]
    public async Task C054_C057_FailedOperation_SaysWhyAndIsRolledBack()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.5" });
        run.Edge.WorkersAreSilent = true;
        run.Edge.WorkersAreDeaf = true;
        (await run.Broker.ProvisionAsync("late", incomplete: true)).Is(202);
        var failed = await Eventually.GetAsync(() => run.Broker.LastOperationAsync("late"), answer => answer.State == "failed", "the provision fails", cancellationToken: TestContext.Current.CancellationToken);
        failed.Description.ShouldNotBeNullOrEmpty();
        failed.Body.Select(property => property.Key).ShouldBe(["state", "description"]);
        await Eventually.TrueAsync(async () => (await run.PortsAsync()).Count == 0, "the port is given back", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.FetchAsync("late")).IsError(404);
        (await run.Broker.LastOperationAsync("late")).Is(200).State.ShouldBe("failed");
    }

    [Fact]
    public async Task C055_C108_FailedDeprovision_SaysThatTheInstanceIsUnusable_AndCanBeRepeated()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.5" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        run.Edge.NodeIsDown = true;
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Is(202);
        var failed = await Eventually.GetAsync(() => run.Broker.LastOperationAsync("x"), answer => answer.State == "failed", "the delete fails", cancellationToken: TestContext.Current.CancellationToken);
        ((bool)failed.Body["instance_usable"]!).ShouldBeFalse();
        failed.Body.ContainsKey("update_repeatable").ShouldBeFalse();
        failed.Description.ShouldNotBeNullOrEmpty();
        (await run.Broker.FetchAsync("x")).IsError(404);
        run.Edge.NodeIsDown = false;
        (await run.Broker.DeprovisionAsync("x")).Is(200);
        (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Quarantined);
    }

    [Fact]
    public async Task C055_C108_FailedSynchronousDeprovision_SaysThatTheInstanceIsUnusable_AndCanBeRepeated()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:00.4" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        run.Edge.NodeIsDown = true;
        var failed = (await run.Broker.DeprovisionAsync("x")).IsError(503);
        ((bool?)failed.Body["instance_usable"]).ShouldBe(false);
        failed.Body.ContainsKey("update_repeatable").ShouldBeFalse();
        run.Edge.NodeIsDown = false;
        (await run.Broker.DeprovisionAsync("x")).Is(200);
    }

    [Fact]
    public async Task C056_RetryAfter_IsWholeSeconds()
    {
        var (id, _) = await ProvisioningAsync();
        (await Broker.LastOperationAsync(id)).Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.LastOperationAsync(id)).Headers.RetryAfter.ShouldBeNull();
    }
}
