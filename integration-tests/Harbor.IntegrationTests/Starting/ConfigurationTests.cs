using Harbor.IntegrationTests.Processes;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;

namespace Harbor.IntegrationTests.Starting;

/// <summary>Wrong configuration, met by the real programs: every problem at once, exit code 78, before any port opens.</summary>
public sealed class ConfigurationTests
{
    [Theory]
    [InlineData(HarborChild.Gateway, "Harbor:Gateway:Broker:MissingVersionStatus", "418")]
    [InlineData(HarborChild.Node, "Harbor:Node:HeartbeatInterval", "often")]
    [InlineData(HarborChild.Proxy, "Harbor:Proxy:ListenAddress", "everywhere")]
    public async Task Service_WithWrongSettings_NamesThemAll_AndExits78(string program, string key, string value)
    {
        var (exitCode, output) = await RunAsync(program, new Dictionary<string, string>
        {
            [key] = value,
            ["Harbor:Bus:RabbitMq:Uri"] = "http://wrong",
            ["Harbor:State:Provider"] = "Paper",
        });

        exitCode.ShouldBe(78, output);
        output.ShouldContain(key);
        output.ShouldContain("Harbor:Bus:RabbitMq:Uri");
        output.ShouldContain("Harbor:State:Provider");
    }

    [Fact]
    public async Task Standalone_WithWrongSettings_NamesThemAll_AndExits78()
    {
        var (exitCode, output) = await RunAsync(HarborChild.Standalone, new Dictionary<string, string>
        {
            ["Harbor:Nats:Url"] = "http://127.0.0.1:4222",
            ["Harbor:Proxy:Engine"] = "Steam",
            ["Harbor:Node:BackendNetworks:0"] = "everything",
            ["Harbor:Pools:default:PortRange"] = "40000-35000",
        });

        exitCode.ShouldBe(78, output);
        foreach (var key in (string[])["Harbor:Nats:Url", "Harbor:Proxy:Engine", "Harbor:Node:BackendNetworks", "Harbor:Pools:default:PortRange"])
        {
            output.ShouldContain(key);
        }
    }

    [Theory]
    [InlineData("http://0.0.0.0")]
    [InlineData("http://[::]")]
    public async Task Standalone_WithItsWellKnownUser_IsNotServedBeyondLoopback(string address)
    {
        var (exitCode, output) = await RunAsync(HarborChild.Standalone, new Dictionary<string, string>
        {
            ["Harbor:Gateway:Url"] = $"{address}:{FreePorts.Next()}",
            ["Harbor:Gateway:Users:0:Name"] = "harbor",
            ["Harbor:Gateway:Users:0:Password"] = "harbor",
        });

        exitCode.ShouldBe(78, output);
        output.ShouldContain("Harbor:Gateway:Users");
    }

    [Fact]
    public async Task Service_WithoutItsDependencies_NamesThem_AndExits69()
    {
        var (exitCode, output) = await RunAsync(HarborChild.Proxy, new Dictionary<string, string>
        {
            ["Harbor:Start:DependencyTimeout"] = "00:00:02",
            ["Harbor:State:Mongo:ConnectionString"] = $"mongodb://127.0.0.1:{FreePorts.Next()}/harbor?serverSelectionTimeoutMS=500",
            ["Harbor:Bus:RabbitMq:Uri"] = $"amqp://127.0.0.1:{FreePorts.Next()}",
        });

        exitCode.ShouldBe(69, output);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, Dictionary<string, string> settings)
    {
        using var data = new TemporaryDirectory("configuration");
        settings.TryAdd("Harbor:DataDirectory", data.Path);
        settings.TryAdd($"Harbor:{(program == HarborChild.Standalone ? "Gateway" : program["Harbor.".Length..])}:Url", $"http://127.0.0.1:{FreePorts.Next()}");
        await using var process = await HarborChild.StartAsync(program, settings);
        var exitCode = await process.WaitForExitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return (exitCode, process.Output);
    }
}
