using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;

namespace Harbor.Gateway.Tests.CloudController;

public sealed class WholeLifeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Service_ThroughAStrictPlatform_LivesAndLeavesNothing(bool slowly)
    {
        // A moment of nearly nothing makes every operation an asynchronous one.
        await using var run = await GatewayRun.StartAsync(slowly ? new Dictionary<string, string?> { ["Harbor:Gateway:Broker:Moment"] = "00:00:00.000001" } : null);
        using var platform = new StrictClient(run.Url);
        await platform.CatalogAsync();
        await platform.ProvisionAsync("life", new JsonObject { ["protocol"] = "both" });
        var credentials = await platform.BindAsync("life", "first");
        foreach (var name in new[] { "hostname", "host", "port", "name", "node_id", "protocol", "int_port", "uri" })
        {
            credentials.ContainsKey(name).ShouldBeTrue(name);
        }

        await platform.UpdateAsync("life", []);
        await platform.UpdateAsync("life", new JsonObject { ["hold_seconds"] = 5 });
        (await run.PortsAsync()).ShouldHaveSingleItem().Policy.HoldSeconds.ShouldBe(5);
        (await platform.BindAsync("life", "second", new JsonObject { ["predecessor_binding_id"] = "first" })).ToJsonString().ShouldBe(credentials.ToJsonString());
        await platform.DeleteAsync("/v2/service_instances/life/service_bindings/first");
        (await run.PortsAsync()).ShouldHaveSingleItem().Apps.ShouldHaveSingleItem().BindingIds.ShouldBe(["second"]);
        await platform.DeleteAsync("/v2/service_instances/life/service_bindings/second");
        await platform.DeleteAsync("/v2/service_instances/life");
        (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Quarantined);
        (await run.AllAsync<ServiceInstanceDocument>()).ShouldHaveSingleItem().State.ShouldBe(ServiceInstanceState.Deleted);
        (await run.AllAsync<BindingDocument>()).ShouldAllBe(binding => binding.State == BindingState.Removed);
    }
}
