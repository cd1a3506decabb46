using Harbor.Gateway.Tests.Running;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class ProvisionRepeatTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C036_SynchronousRepeatInProgress_IsNever200()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:00.4", ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.3" });
        run.Edge.Stall("x");
        var operation = (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202).Operation;
        (await run.Broker.ProvisionAsync("x")).IsError(503).Description!.ShouldNotContain("rolled back");
        (await run.Broker.LastOperationAsync("x", operation)).Is(200).State.ShouldBe("in progress");
    }

    [Fact]
    public async Task C037_AsynchronousRepeatOfASynchronousCreate_IsRememberedAlsoWhenItIsRefused()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Pools:default:PortRange"] = "22000-22000" });
        (await run.Broker.ProvisionAsync("holder")).Is(201);
        run.Edge.Stall("x");
        var first = run.Broker.ProvisionAsync("x");
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x")).Status == 200, "the create is stored", cancellationToken: TestContext.Current.CancellationToken);
        var operation = (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202).Operation;
        run.Edge.Go("x");
        (await first).IsError(400);
        var failed = (await run.Broker.LastOperationAsync("x", operation)).Is(200);
        failed.State.ShouldBe("failed");
        failed.Description.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task C044_SimultaneousPuts_MakeOnePort()
    {
        var id = NewId();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Broker.ProvisionAsync(id, incomplete: number % 2 == 0)));
        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 201 || answer.Status == 202 || answer.Error == "ConcurrencyError");
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Run.PortsAsync()).Count(port => port.ServiceInstanceId == id).ShouldBe(1);
    }

    [Fact]
    public async Task C045_Operation_IsFoundAtOnceAndAfterARestart()
    {
        await using var run = await GatewayRun.StartAsync();
        run.Edge.NodeIsDown = true;
        var operation = (await run.Broker.ProvisionAsync("slow", incomplete: true)).Is(202).Operation;
        (await run.Broker.LastOperationAsync("slow", operation)).Is(200).State.ShouldBe("in progress");
        await run.RestartAsync();
        (await run.Broker.LastOperationAsync("slow", operation)).Is(200).State.ShouldBe("in progress");
        run.Edge.NodeIsDown = false;
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("slow", operation)).State == "succeeded", "the create goes on", cancellationToken: TestContext.Current.CancellationToken);
        run.Edge.NodeIsDown = true;
        var bind = (await run.Broker.BindAsync("slow", "b", incomplete: true)).Is(202).Operation;
        (await run.Broker.LastBindingOperationAsync("slow", "b", bind)).Is(200).State.ShouldBe("in progress");
        await run.RestartAsync();
        (await run.Broker.LastBindingOperationAsync("slow", "b", bind)).Is(200).State.ShouldBe("in progress");
    }
}
