using System.Text;
using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.Testing.Processes;

namespace Harbor.Gateway.Tests.Auditing;

public sealed class SecretsTests
{
    private const string WrongPassword = "wr0ng-but-nearly-right";

    [Fact]
    public async Task Secrets_OfAWholeLife_AreInNoLog()
    {
        using var directory = new TemporaryDirectory("logs");
        await using (var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Logging:Directory"] = directory.Path,
            ["Harbor:Logging:Level"] = "Trace",
            ["Harbor:Logging:Levels:Microsoft"] = "Trace",
            ["Harbor:Logging:Levels:System"] = "Trace",
            ["Harbor:Logging:Levels:MassTransit"] = "Trace",
        }))
        {
            await LiveAsync(run);
        }

        var log = string.Concat(await Task.WhenAll(Directory.EnumerateFiles(directory.Path, "*.log").Select(file => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))));
        foreach (var action in new[] { "provision", "update", "bind", "rotate", "unbind", "deprovision" })
        {
            log.ShouldContain(action);
        }

        log.ShouldContain("life-of-secrets");
        foreach (var secret in new[] { GatewayRun.Password, WrongPassword, Basic(GatewayRun.Password), Basic(WrongPassword) })
        {
            log.Contains(secret, StringComparison.OrdinalIgnoreCase).ShouldBeFalse($"the log holds {secret}");
        }
    }

    private static async Task LiveAsync(GatewayRun run)
    {
        const string Id = "life-of-secrets";
        using var stranger = new BrokerClient(run.Url, "platform", WrongPassword);
        (await stranger.ProvisionAsync(Id)).Is(401);
        (await run.Broker.ProvisionAsync(Id)).Is(201);
        (await run.Broker.UpdateAsync(Id, BrokerClient.UpdateBody(new { hold_seconds = 2 }))).Is(200);
        (await run.Broker.BindAsync(Id, "first")).Is(201);
        (await run.Broker.BindAsync(Id, "second", new JsonObject { ["predecessor_binding_id"] = "first" })).Is(201);
        (await run.Broker.FetchBindingAsync(Id, "second")).Is(200);
        (await run.Broker.UnbindAsync(Id, "first")).Is(200);
        (await run.Broker.UnbindAsync(Id, "second")).Is(200);
        (await run.Broker.DeprovisionAsync(Id)).Is(200);
    }

    private static string Basic(string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"platform:{password}"));
}
