using System.Diagnostics;
using Harbor.Testing;
using Harbor.Testing.Logs;
using Harbor.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harbor.Hosting.Tests.Logs;

public sealed class SeqTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new("seq");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Event_Logged_IsFoundByItsPropertiesWithServiceAndTrace()
    {
        await using var seq = await SeqServer.StartAsync();
        await using var host = await StartAsync(seq);
        using var activity = new Activity("test").Start();
        Logger(host).LogWarning("Port {ExternalPort} of {ServiceInstanceId} is taken", 35217, "instance-1");

        var found = await seq.WaitForAsync(one => one["ExternalPort"] == "35217", "the event of port 35217 at Seq", cancellationToken: TestContext.Current.CancellationToken);

        found["ServiceInstanceId"].ShouldBe("instance-1");
        found["Service"].ShouldBe("proxy");
        found["TraceId"].ShouldBe(activity.TraceId.ToHexString());
        found.Level.ShouldBe("Warning");
        found.Template.ShouldBe("Port {ExternalPort} of {ServiceInstanceId} is taken");
        seq.ApiKeys.ShouldContain("key-1");
    }

    [Fact]
    public async Task Seq_AwayOverARestart_GetsEveryEventOnce()
    {
        await using var seq = await SeqServer.StartAsync();
        await seq.OutageAsync();
        await using (var host = await StartAsync(seq))
        {
            for (var number = 0; number < 500; number++)
            {
                Logger(host).LogInformation("event {Number}", number);
            }
        }

        await using var second = await StartAsync(seq);
        Logger(second).LogInformation("event {Number}", 500);
        await seq.RestoreAsync();

        await seq.WaitForAsync(one => one["Number"] == "500", "the last event at Seq", cancellationToken: TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => seq.Events.Count(one => one["Number"] is not null) >= 501, "501 events at Seq", cancellationToken: TestContext.Current.CancellationToken);
        seq.Events.Select(one => one["Number"]).OfType<string>().Select(int.Parse).ShouldBe(Enumerable.Range(0, 501), ignoreOrder: true);
    }

    [Fact]
    public async Task Processes_OfOneService_ShareADataDirectory()
    {
        await using var seq = await SeqServer.StartAsync();
        await using var one = await StartAsync(seq);
        await using var other = await StartAsync(seq);
        Logger(one).LogInformation("by {Who}", "one");
        Logger(other).LogInformation("by {Who}", "other");

        await seq.WaitForAsync(found => found["Who"] == "one", "the event of the one", cancellationToken: TestContext.Current.CancellationToken);
        await seq.WaitForAsync(found => found["Who"] == "other", "the event of the other", cancellationToken: TestContext.Current.CancellationToken);
    }

    private static ILogger Logger(TestHost host) => host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Harbor.Proxy.Routing.Test");

    private Task<TestHost> StartAsync(SeqServer seq) => TestHost.StartAsync(
        new Dictionary<string, string?> { ["Harbor:Logging:Seq:Url"] = seq.Url, ["Harbor:Logging:Seq:ApiKey"] = "key-1", ["Harbor:DataDirectory"] = _directory.Path },
        [new TestModule { Service = "proxy" }],
        TestContext.Current.CancellationToken);
}
