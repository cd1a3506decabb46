using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing.Logs;

namespace Harbor.Gateway.Tests.Auditing;

/// <summary>Every accepted change has its one event, and nothing else has one.</summary>
public sealed class AuditedChangesTests
{
    [Fact]
    public async Task Provision_AskedForTwentyTimesAtOnce_IsAuditedOnce()
    {
        var audits = await AuditsAsync(async run =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => run.Broker.ProvisionAsync("x", incomplete: number % 2 == 0)));
            answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 201 || answer.Status == 202 || answer.Error == "ConcurrencyError");
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 3 }))));
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => run.Broker.BindAsync("x", "b")));
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => run.Broker.UnbindAsync("x", "b")));
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => run.Broker.DeprovisionAsync("x")));
            (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Quarantined);
        });

        audits.Select(audit => audit["Action"]).ShouldBe(["provision", "update", "bind", "unbind", "deprovision"]);
    }

    [Fact]
    public async Task Update_OfNoParameter_SaysWhatItChanges()
    {
        var audits = await AuditsAsync(async run =>
        {
            var body = BrokerClient.ProvisionBody(new { hold_seconds = 1 }, GatewayRun.SecondPlan);
            body["context"] = Context("mud");
            (await run.Broker.ProvisionAsync("x", body)).Is(201);
            (await run.Broker.UpdateAsync("x", new JsonObject { ["service_id"] = BrokerClient.ServiceId, ["context"] = Context("tavern") })).Is(200);
            (await run.Broker.UpdateAsync("x", new JsonObject { ["service_id"] = BrokerClient.ServiceId, ["context"] = Context("tavern") })).Is(200);

            // As it was before its plan was given a newer version.
            var documents = run.Documents<ServiceInstanceDocument>();
            var stored = (await documents.GetAsync("x", TestContext.Current.CancellationToken))!;
            await documents.ReplaceAsync(stored with { MaintenanceVersion = "2.0.0" }, TestContext.Current.CancellationToken);
            (await run.Broker.UpdateAsync("x", new JsonObject
            {
                ["service_id"] = BrokerClient.ServiceId,
                ["maintenance_info"] = new JsonObject { ["version"] = "2.1.0" },
                ["parameters"] = new JsonObject { ["hold_seconds"] = 2 },
            })).Is(200);
        });

        audits.Skip(1).Select(audit => (audit["Before"], audit["After"])).ShouldBe(
        [
            ("""{"hold_seconds":1,"instance_name":"mud"}""", """{"hold_seconds":1,"instance_name":"tavern"}"""),
            ("""{"hold_seconds":1,"maintenance_version":"2.0.0"}""", """{"hold_seconds":2,"maintenance_version":"2.1.0"}"""),
        ]);
        audits.ShouldAllBe(audit => !audit.ToString().Contains("only-the-platforms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rotation_NamesThePredecessor()
    {
        var audits = await AuditsAsync(async run =>
        {
            (await run.Broker.ProvisionAsync("x")).Is(201);
            (await run.Broker.BindAsync("x", "first")).Is(201);
            (await run.Broker.BindAsync("x", "second", new JsonObject { ["predecessor_binding_id"] = "first" })).Is(201);
        });

        (audits[2]["Action"], audits[2]["BindingId"], audits[2]["Before"], audits[2]["After"]).ShouldBe(("rotate", "second", null, """{"app_guid":"app-1","predecessor_id":"first"}"""));
    }

    [Fact]
    public async Task Pool_IsAuditedWhereItChanges()
    {
        var audits = await AuditsAsync(async run =>
        {
            using var admin = new BrokerClient(run.Url, "admin", "a");
            (await admin.SendAsync(HttpMethod.Patch, "/admin/v1/pools/default", JsonNode.Parse("""{"quarantine_seconds":5}"""))).Is(200);
            (await admin.SendAsync(HttpMethod.Patch, "/admin/v1/pools/default", JsonNode.Parse("""{"quarantine_seconds":5}"""))).Is(200);
            (await admin.SendAsync(HttpMethod.Patch, "/admin/v1/pools/default", JsonNode.Parse("""{"quarantine_seconds":-5}"""))).Is(400);
            (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { port = 20000 }))).Is(201);
            (await admin.SendAsync(HttpMethod.Post, "/admin/v1/ports/default/20000/relisten")).Is(202);
            (await admin.SendAsync(HttpMethod.Post, "/admin/v1/ports/default/20001/relisten")).Is(404);
        });

        var (pool, relisten) = (audits[0], audits[2]);
        audits.Count.ShouldBe(3);
        (pool["Pool"], pool["User"]).ShouldBe(("default", "admin"));
        pool["Before"].ShouldNotBeNull().ShouldContain("\"QuarantineSeconds\":60");
        pool["After"].ShouldBe(pool["Before"]!.Replace("\"QuarantineSeconds\":60", "\"QuarantineSeconds\":5", StringComparison.Ordinal));
        (relisten["Action"], relisten["Pool"], relisten["ExternalPort"], relisten["User"]).ShouldBe(("relisten", "default", "20000", "admin"));
    }

    /// <summary>What the platform says of an instance: its name, and more that is no concern of the log's.</summary>
    private static JsonObject Context(string name) => new() { ["platform"] = "cloudfoundry", ["instance_name"] = name, ["token"] = "only-the-platforms" };

    private static async Task<List<SeqEvent>> AuditsAsync(Func<GatewayRun, Task> act)
    {
        await using var seq = await SeqServer.StartAsync();
        await using (var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Logging:Seq:Url"] = seq.Url }))
        {
            await act(run);
        }

        return [.. seq.Events.Where(one => one.Template.StartsWith("Audit:", StringComparison.Ordinal))];
    }
}
