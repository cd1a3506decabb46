using System.Net;
using Harbor.Contracts.Workers;
using Harbor.Proxy.DataPlane;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Tests;

/// <summary>What supervisors and operators see of a worker from outside. Alone, because meters are heard by name throughout a process: the counts of one worker would be overwritten by another's.</summary>
[CollectionDefinition(nameof(WorkerHealthTests), DisableParallelization = true)]
[Collection(nameof(WorkerHealthTests))]
public sealed class WorkerHealthTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("harbor-proxy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Ready_WithAPortThatAnotherProcessHolds_IsReadyAndSaysWhich()
    {
        var refusal = new ListenResult { IsOpen = false, Reason = "address already in use", Holder = "dnsmasq (812)" };
        await using var worker = await RunningWorker.StartAsync(_directory, engine => engine.Refusals[20_001] = refusal);
        await worker.InsertAsync(TestPorts.Port(20_001));
        await worker.SaidAsync<PortRefused>(_ => true, "PortRefused");

        var (status, text) = await worker.GetAsync("/health/ready");

        status.ShouldBe(HttpStatusCode.OK);
        text.ShouldContain("20001");
    }

    [Fact]
    public async Task Live_FromTheStart_IsOk()
    {
        await using var worker = await RunningWorker.StartAsync(_directory);
        (await worker.GetAsync("/health/live")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Metrics_OfPorts_CountThemByState()
    {
        await using var worker = await RunningWorker.StartAsync(_directory, engine => engine.Refusals[20_002] = new ListenResult { IsOpen = false, Reason = "address already in use" });
        await worker.InsertAsync(TestPorts.Port(20_001));
        await worker.InsertAsync(TestPorts.Port(20_002, "instance-2"));
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");
        await worker.SaidAsync<PortRefused>(_ => true, "PortRefused");

        var (status, text) = await worker.GetAsync("/metrics");

        status.ShouldBe(HttpStatusCode.OK);
        var routes = text.Split('\n').Where(line => line.StartsWith("harbor_proxy_routes", StringComparison.Ordinal)).ToList();
        routes.ShouldContain(line => line.Contains("state=\"open\"", StringComparison.Ordinal) && line.Contains("} 1", StringComparison.Ordinal));
        routes.ShouldContain(line => line.Contains("state=\"refused\"", StringComparison.Ordinal) && line.Contains("} 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Host_WithALongDrain_WaitsForIt()
    {
        await using var worker = await RunningWorker.StartAsync(_directory, settings: ("Harbor:Proxy:DrainTimeout", "00:05:00"));
        worker.Get<IOptions<HostOptions>>().Value.ShutdownTimeout.ShouldBeGreaterThan(TimeSpan.FromMinutes(5));
    }
}
