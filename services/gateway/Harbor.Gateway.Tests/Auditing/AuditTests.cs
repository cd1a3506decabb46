using System.Text;
using Harbor.Gateway.Tests.Checklist;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.Testing.Logs;

namespace Harbor.Gateway.Tests.Auditing;

public sealed class AuditTests
{
    [Fact]
    public async Task AcceptedChanges_AreLoggedOnceWithWhoWhatBeforeAndAfter()
    {
        await using var seq = await SeqServer.StartAsync();
        string port;
        await using (var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Logging:Seq:Url"] = seq.Url }))
        {
            (string, string)[] who = Who("cloudfoundry", """{"user_id":"683ea748"}""");
            (await run.Broker.SendAsync(HttpMethod.Put, BrokerClient.Instance("x"), BrokerClient.ProvisionBody(new { hold_seconds = 1 }), who)).Is(201);
            (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { hold_seconds = 1 }))).Is(200);
            (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 2 }))).Is(200);
            (await run.Broker.BindAsync("x", "b")).Is(201);
            (await run.Broker.UnbindAsync("x", "b")).Is(200);
            port = (await run.PortsAsync()).Single(one => one.State == PortState.Active).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            (await run.Broker.DeprovisionAsync("x")).Is(200);
            (await run.Broker.ProvisionAsync("refused", BrokerClient.ProvisionBody(new { nope = 1 }))).Is(400);
        }

        var audits = seq.Events.Where(one => one.Template.StartsWith("Audit:", StringComparison.Ordinal)).ToList();
        audits.Select(one => one["Action"]).ShouldBe(["provision", "update", "bind", "unbind", "deprovision"]);
        audits.ShouldAllBe(one => one["ServiceInstanceId"] == "x" && one["User"] == "platform" && one["OperationId"] != null);
        (audits[0]["Platform"], audits[0]["PlatformUser"], audits[0]["RequestIdentity"]).ShouldBe(("cloudfoundry", """{"user_id":"683ea748"}""", "request-7"));
        (audits[0]["Before"], audits[0]["After"]).ShouldBe((null, """{"hold_seconds":1}"""));
        (audits[1]["Before"], audits[1]["After"]).ShouldBe(("""{"hold_seconds":1}""", """{"hold_seconds":2}"""));
        (audits[2]["BindingId"], audits[2]["AppGuid"]).ShouldBe(("b", "app-1"));
        (audits[2]["Before"], audits[2]["After"]).ShouldBe((null, """{"app_guid":"app-1"}"""));
        (audits[3]["Before"], audits[3]["After"]).ShouldBe(("""{"app_guid":"app-1","int_port":4100}""", null));

        // The life of the instance and that of its port are found by their ids.
        seq.With("ServiceInstanceId", "x").Count.ShouldBeGreaterThan(8);
        seq.With("ExternalPort", port).Count.ShouldBeGreaterThanOrEqualTo(4);
        seq.Events.ShouldAllBe(one => !one.ToString().Contains(GatewayRun.Password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cloudfoundry", 1)]
    [InlineData("kubernetes", 1)]
    [InlineData("kubernetes", 300)]
    [InlineData("something-new", 1)]
    public async Task C008_OriginatingIdentity_IsInTheAuditOfEveryChange(string platform, int groups)
    {
        await using var seq = await SeqServer.StartAsync();
        var named = string.Join(",", Enumerable.Range(0, groups).Select(number => $"\"group-{number:D30}\""));
        var user = """{"username":"düke","uid":"c2dde242","groups":[""" + named + """],"extra":{"mydata":["data1"]}}""";
        await using (var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Logging:Seq:Url"] = seq.Url }))
        {
            foreach (var call in Call.Life("x", "b"))
            {
                (await call.SendAsync(run.Broker, Who(platform, user))).Is(call.Success);
            }
        }

        var audits = seq.Events.Where(one => one.Template.StartsWith("Audit:", StringComparison.Ordinal)).ToList();
        audits.Select(one => one["Action"]).ShouldBe(["provision", "update", "bind", "unbind", "deprovision"]);
        audits.ShouldAllBe(one => one["Platform"] == platform && one["PlatformUser"] == user && one["RequestIdentity"] == "request-7");
    }

    private static (string Name, string Value)[] Who(string platform, string user)
        => [("X-Broker-API-Originating-Identity", $"{platform} {Convert.ToBase64String(Encoding.UTF8.GetBytes(user))}"), ("X-Broker-API-Request-Identity", "request-7")];
}
