using System.Text.Json.Nodes;
using Harbor.Contracts.Allocation;
using Harbor.Contracts.Bindings;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

/// <summary>Orphan mitigation: the platform deletes what it gave up waiting for.</summary>
public sealed class OrphanTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C109_DeleteBesidesItsCreate_LeavesNothing()
    {
        for (var round = 0; round < 15; round++)
        {
            var id = NewId();
            var create = Broker.ProvisionAsync(id, incomplete: round % 2 == 0);
            var delete = await Broker.DeprovisionAsync(id, incomplete: true);
            delete.Status.ShouldBeOneOf(200, 202, 410);
            (await create).Status.ShouldBeOneOf(201, 202, 409);
            (await Broker.DeprovisionAsync(id, incomplete: true)).Status.ShouldBeOneOf(200, 202, 410);
            await Eventually.TrueAsync(async () => (await Broker.DeprovisionAsync(id, incomplete: true)).Status == 410, "the delete ends", cancellationToken: TestContext.Current.CancellationToken);

            // The node may carry out the create after the delete: that port is given back by the message that names it.
            await Eventually.TrueAsync(
                async () => !(await Run.PortsAsync()).Any(port => port.ServiceInstanceId == id && port.State == PortState.Active), "the port is free", cancellationToken: TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task C110_DeleteAfterAFailure_SucceedsOnceAndLeavesNothing()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:00.4",
            ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:02",
            ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.3",
        });
        run.Edge.AnswersAreLost = true;
        (await run.Broker.ProvisionAsync("x")).IsError(503);
        run.Edge.AnswersAreLost = false;
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Status.ShouldBeOneOf(200, 202);
        await Eventually.TrueAsync(async () => (await run.Broker.DeprovisionAsync("x", incomplete: true)).Status == 410, "the delete ends", cancellationToken: TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await run.PortsAsync()).All(port => port.State != PortState.Active), "the port is free", cancellationToken: TestContext.Current.CancellationToken);

        (await run.Broker.ProvisionAsync("y", incomplete: true)).Status.ShouldBeOneOf(201, 202);
        run.Edge.AnswersAreLost = true;
        (await run.Broker.BindAsync("y", "b")).IsError(503);
        run.Edge.AnswersAreLost = false;
        (await run.Broker.UnbindAsync("y", "b")).Status.ShouldBeOneOf(200, 410);
        (await run.Broker.UnbindAsync("y", "b")).Is(410);
        (await run.AllAsync<BindingDocument>()).ShouldBeEmpty();

        // The same where the platform polled, and was told "failed".
        run.Edge.AnswersAreLost = true;
        (await run.Broker.BindAsync("y", "c", incomplete: true)).Is(202);
        (await run.Broker.ProvisionAsync("z", incomplete: true)).Is(202);
        await Eventually.TrueAsync(
            async () => (await run.Broker.LastBindingOperationAsync("y", "c")).State == "failed" && (await run.Broker.LastOperationAsync("z")).State == "failed", "both fail", cancellationToken: TestContext.Current.CancellationToken);
        run.Edge.AnswersAreLost = false;
        (await run.Broker.UnbindAsync("y", "c", incomplete: true)).Status.ShouldBeOneOf(200, 202, 410);
        (await run.Broker.DeprovisionAsync("z", incomplete: true)).Status.ShouldBeOneOf(200, 202);
        await Eventually.TrueAsync(
            async () => (await run.Broker.UnbindAsync("y", "c", incomplete: true)).Status == 410 && (await run.Broker.DeprovisionAsync("z", incomplete: true)).Status == 410,
            "both are gone", cancellationToken: TestContext.Current.CancellationToken);
        var port = (await run.PortsAsync()).Where(one => one.State == PortState.Active).ShouldHaveSingleItem();
        port.ServiceInstanceId.ShouldBe("y");
        port.Apps.ShouldBeEmpty();
        (await run.AllAsync<BindingDocument>()).ShouldAllBe(binding => binding.State == BindingState.Removed);
    }

    [Fact]
    public async Task C111_RefusedInput_IsNeverABare422Nor5xx()
    {
        var id = await ProvisionedAsync();
        Answer[] refused =
        [
            await Broker.ProvisionAsync(NewId(), BrokerClient.ProvisionBody(new { nope = 1 })),
            await Broker.ProvisionAsync(NewId(), BrokerClient.ProvisionBody(planId: "nope")),
            await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(new { hold_seconds = 1 })),
            await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: "nope")),
            await Broker.ProvisionAsync(NewId(), BrokerClient.ProvisionBody(new { port = 1 })),
            await Broker.ProvisionAsync(NewId(), BrokerClient.ProvisionBody(new { max_connections = 101 }, GatewayRun.SecondPlan)),
            await Broker.ProvisionAsync(NewId(), new JsonObject()),
            await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(new { nope = 1 })),
            await Broker.BindAsync(id, NewId(), new JsonObject()),
            await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.SecondPlan)),
            await Broker.BindAsync("never-seen", NewId()),
        ];
        refused.ShouldAllBe(answer => answer.Status == 400 || answer.Status == 404 || answer.Status == 409);
        refused.Count(answer => answer.Status == 404).ShouldBe(1);
    }

    [Fact]
    public async Task C112_WhatThePlatformWasToldSucceeded_OutlivesTheSweepThatForgetsTheRest()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.5",
            ["Harbor:Gateway:Broker:RememberEnds"] = "00:00:00.05",
            ["Harbor:Gateway:Broker:ForgetAfter"] = "00:00:00.1",
        });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        (await run.Broker.BindAsync("x", "key", BrokerClient.BindBody(app: null))).Is(201);
        var port = (await run.PortsAsync()).ShouldHaveSingleItem().Port;
        foreach (var passing in new[] { "before", "after" })
        {
            // One that came and went is swept from the store: so the sweep has been through it since.
            (await run.Broker.ProvisionAsync(passing)).Is(201);
            (await run.Broker.DeprovisionAsync(passing)).Is(200);
            await Eventually.TrueAsync(async () => (await run.AllAsync<ServiceInstanceDocument>()).All(instance => instance.Id != passing), "the deleted one is forgotten", cancellationToken: TestContext.Current.CancellationToken);
            (await run.Broker.FetchAsync("x")).Is(200);
            (await run.Broker.FetchBindingAsync("x", "b")).Is(200);
            (await run.Broker.FetchBindingAsync("x", "key")).Is(200);
            (await run.PortsAsync()).Where(one => one.State == PortState.Active).ShouldHaveSingleItem().Port.ShouldBe(port);
            await run.RestartAsync();
        }

        run.Edge.ReceivedOf<ReleasePort>().ShouldAllBe(command => command.ServiceInstanceId != "x");
        run.Edge.ReceivedOf<UnbindApp>().ShouldBeEmpty();
    }

    [Fact]
    public async Task OrganizationAtItsLimit_Is400UntilOneIsDeleted()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:InstancesPerOrganization"] = "3" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => run.Broker.ProvisionAsync($"i{number}")));
        answers.Count(answer => answer.Status == 201).ShouldBe(3);
        answers.Where(answer => answer.Status != 201).ShouldAllBe(answer => answer.Status == 400 && answer.Description!.Contains('3'));
        (await run.Broker.ProvisionAsync("other", BrokerClient.ProvisionBody(organization: "org-2"))).Is(201);
        var first = (await run.AllAsync<ServiceInstanceDocument>()).First(instance => instance.OrganizationGuid == "org-1");
        (await run.Broker.ProvisionAsync(first.Id)).Is(200);
        (await run.Broker.DeprovisionAsync(first.Id)).Is(200);
        await Eventually.TrueAsync(async () => (await run.Broker.ProvisionAsync("late")).Status is 200 or 201, "there is room again", cancellationToken: TestContext.Current.CancellationToken);
        await run.RestartAsync();
        (await run.Broker.ProvisionAsync("one-more")).IsError(400);
    }

    [Fact]
    public async Task ExhaustedPool_IsAClearAnswer()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Pools:default:PortRange"] = "22000-22001" });
        (await run.Broker.ProvisionAsync("a")).Is(201);
        (await run.Broker.ProvisionAsync("b")).Is(201);
        (await run.Broker.ProvisionAsync("c")).IsError(400);
        (await run.Broker.LastOperationAsync("c")).IsError(404);
        (await run.Broker.DeprovisionAsync("c")).Is(410);
    }
}
