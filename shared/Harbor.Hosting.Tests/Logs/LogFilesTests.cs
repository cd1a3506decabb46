using Harbor.Testing;
using Harbor.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harbor.Hosting.Tests.Logs;

public sealed class LogFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new("logs");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Events_OfSeveralModules_GoToTheFileOfTheirService()
    {
        IHarborModule[] modules = [new TestModule { Service = "gateway" }, new TestModule { Service = "node" }, new TestModule { Service = "proxy" }];
        await using (var host = await StartAsync(modules))
        {
            var loggers = host.Services.GetRequiredService<ILoggerFactory>();
            loggers.CreateLogger("Harbor.Gateway.Broker.X").LogInformation("from {Who}", "gateway");
            loggers.CreateLogger("Harbor.Node.Dea.X").LogInformation("from {Who}", "node");
            loggers.CreateLogger("Harbor.Proxy.DataPlane.X").LogInformation("from {Who}", "proxy");
            loggers.CreateLogger("Harbor.State.X").LogInformation("from {Who}", "state");
        }

        var gateway = await ReadAsync("harbor_gateway");
        var node = await ReadAsync("harbor_node");
        var proxy = await ReadAsync("harbor_proxy_connector");
        gateway.ShouldContain("from gateway");
        gateway.ShouldContain("\"Service\":\"gateway\"");
        gateway.ShouldContain("from state");
        gateway.ShouldContain("\"Service\":\"standalone\"");
        gateway.ShouldNotContain("from node");
        node.ShouldContain("from node");
        node.ShouldContain("\"Service\":\"node\"");
        node.ShouldNotContain("from state");
        proxy.ShouldContain("from proxy");
        proxy.ShouldContain("\"Service\":\"proxy\"");
    }

    [Fact]
    public async Task File_OfToday_IsFoundUnderThePlainName()
    {
        await using (await StartAsync([new TestModule { Service = "node" }]))
        {
        }

        var link = new FileInfo(_directory.Combine("harbor_node.log"));
        link.LinkTarget.ShouldNotBeNull().ShouldMatch(@"^harbor_node_\d{8}\.log$");
        link.ResolveLinkTarget(returnFinalTarget: true)!.Exists.ShouldBeTrue();
    }

    [Fact]
    public async Task Levels_ByNamespace_LetThroughWhatIsAskedFor()
    {
        await using (var host = await StartAsync([new TestModule { Service = "node" }], ("Harbor:Logging:Level", "Warning"), ("Harbor:Logging:Levels:Harbor.Node.Dea", "Debug")))
        {
            var loggers = host.Services.GetRequiredService<ILoggerFactory>();
            loggers.CreateLogger("Harbor.Node.Dea.Parser").LogDebug("seen");
            loggers.CreateLogger("Harbor.Node.Routes.Table").LogInformation("unseen");
        }

        var text = await ReadAsync("harbor_node");
        text.ShouldContain(": seen");
        text.ShouldNotContain("unseen");
    }

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(_directory.Combine($"{name}.log"), TestContext.Current.CancellationToken);

    private Task<TestHost> StartAsync(IReadOnlyList<IHarborModule> modules, params (string Key, string Value)[] settings) => TestHost.StartAsync(
        settings.Append(("Harbor:Logging:Directory", _directory.Path)).ToDictionary(one => one.Item1, string? (one) => one.Item2), modules, TestContext.Current.CancellationToken);
}
