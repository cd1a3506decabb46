using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.CloudController;

public sealed class WholeLifeTests
{
    [Theory]
    [InlineData(BrokerClient.PlanId, false)]
    [InlineData(BrokerClient.PlanId, true)]
    [InlineData(GatewayRun.SecondPlan, true)]
    [InlineData(GatewayRun.AsyncPlan, false)]
    [InlineData(GatewayRun.AsyncPlan, true)]
    public async Task Service_ThroughAStrictPlatform_LivesAndLeavesNothing(string planId, bool slowly)
    {
        // A moment of nearly nothing makes every operation an asynchronous one.
        await using var run = await GatewayRun.StartAsync(slowly ? new Dictionary<string, string?> { ["Harbor:Gateway:Broker:Moment"] = "00:00:00.000001" } : null);
        using var platform = new StrictClient(run.Url, planId);
        await platform.CatalogAsync();
        await platform.ProvisionAsync("life", new JsonObject { ["protocol"] = "both" });
        var credentials = await platform.BindAsync("life", "first");
        foreach (var name in new[] { "hostname", "host", "port", "name", "node_id", "protocol", "int_port", "uri" })
        {
            credentials.ContainsKey(name).ShouldBeTrue(name);
        }

        var key = await platform.BindAsync("life", "key", app: null);
        key["port"]!.ToJsonString().ShouldBe(credentials["port"]!.ToJsonString());
        await platform.UpdateAsync("life", []);
        await platform.UpdateAsync("life", new JsonObject { ["hold_seconds"] = 5 });
        (await run.PortsAsync()).ShouldHaveSingleItem().Policy.HoldSeconds.ShouldBe(5);
        (await platform.BindAsync("life", "second", predecessor: "first")).ToJsonString().ShouldBe(credentials.ToJsonString());
        await platform.UnbindAsync("life", "first");
        (await run.PortsAsync()).ShouldHaveSingleItem().Apps.ShouldHaveSingleItem().BindingIds.ShouldBe(["second"]);
        await platform.UnbindAsync("life", "second");
        await platform.UnbindAsync("life", "key");
        await platform.DeprovisionAsync("life");
        (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Quarantined);
        (await run.AllAsync<ServiceInstanceDocument>()).ShouldHaveSingleItem().State.ShouldBe(ServiceInstanceState.Deleted);
        (await run.AllAsync<BindingDocument>()).ShouldAllBe(binding => binding.State == BindingState.Removed);

        // Of a key's bind nothing is left to wait for.
        platform.Polled.ShouldBeGreaterThanOrEqualTo(slowly ? 6 : 0);
    }

    [Fact]
    public async Task Service_ThatTheStrictPlatformGivesUp_LeavesNothing()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.5",
            ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.3",
        });
        using var platform = new StrictClient(run.Url, BrokerClient.PlanId);
        await platform.CatalogAsync();
        await platform.ProvisionAsync("kept");
        run.Edge.AnswersAreLost = true;
        StrictClient.Takes(PlatformCall.Provision, await platform.TryProvisionAsync("orphan")).ShouldBe(Verdict.InProgress);
        StrictClient.Takes(PlatformCall.Bind, await platform.TryBindAsync("kept", "orphan", "app-guid")).ShouldBe(Verdict.InProgress);
        await platform.MitigateAsync(PlatformCall.Unbind, StrictClient.Binding("kept", "orphan"));
        await platform.MitigateAsync(PlatformCall.Deprovision, StrictClient.Instance("orphan"));
        run.Edge.AnswersAreLost = false;
        await Eventually.TrueAsync(
            async () =>
            {
                await platform.MitigateAsync(PlatformCall.Deprovision, StrictClient.Instance("orphan"));
                return (await run.PortsAsync()).Where(port => port.State == PortState.Active).All(port => port.ServiceInstanceId == "kept" && port.Apps.Count == 0)
                    && (await run.AllAsync<BindingDocument>()).All(binding => binding.State == BindingState.Removed);
            },
            "nothing is left",
            cancellationToken: TestContext.Current.CancellationToken);
        await platform.UnbindAsync("kept", "orphan");
        await platform.DeprovisionAsync("orphan");
        await platform.BindAsync("kept", "orphan");
        await platform.DeprovisionAsync("kept");
    }
}
