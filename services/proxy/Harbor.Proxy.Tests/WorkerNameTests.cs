using Harbor.Contracts.Ports;
using Harbor.Contracts.Workers;
using Harbor.State.Pools;
using Harbor.State.Workers;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.Tests;

/// <summary>Processes that live under one worker's name: one after the other, at once for a while, or by mistake for good.</summary>
public sealed class WorkerNameTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("harbor-proxy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Started_WhereOneWasKilled_TakesItsDocumentOverAndSaysSo()
    {
        var left = await LeaveAsync(startedAgo: TimeSpan.FromHours(1), leaseFor: TimeSpan.FromSeconds(9));

        await using var worker = await RunningWorker.StartAsync(_directory);

        var described = await worker.DescribedAsync(document => document.Id == left.Id && document.StartedAt != left.StartedAt && document.Refused.Count == 0, "the new process's document, and the refused port found free");
        described.LeaseUntil.ShouldBeGreaterThan(left.LeaseUntil);
        worker.Probe.Lease.Warnings.ShouldHaveSingleItem().ShouldContain("takes over from a process that did not say that it stopped (at http://10.0.0.9:8082,");
    }

    [Fact]
    public async Task Started_WhereOneStoppedInOrder_HasNothingToWarnOf()
    {
        await using (var before = await RunningWorker.StartAsync(_directory))
        {
            await before.DescribedAsync(IsAlive, "a lease");
        }

        await using var worker = await RunningWorker.StartAsync(_directory);
        await worker.DescribedAsync(IsAlive, "a lease of the new process");
        worker.Probe.Lease.Entries.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Started_WhereOneWasKilledWhoseClockRanAhead_TakesItsDocumentOverInTime()
    {
        var left = await LeaveAsync(startedAgo: TimeSpan.FromHours(-1), leaseFor: TimeSpan.FromHours(2));

        await using var worker = await RunningWorker.StartAsync(_directory, settings: ("Harbor:Proxy:LeaseDuration", "00:00:03"));

        await worker.DescribedAsync(document => document.Id == left.Id && document.StartedAt != left.StartedAt, "the document of the one that runs, though it seems to have started earlier");
    }

    [Fact]
    public async Task Stopped_AfterTheNextOneStarted_LeavesItsLeaseAlone()
    {
        await using var old = await RunningWorker.StartAsync(_directory);
        var first = await old.DescribedAsync(IsAlive, "a lease");
        await using var next = await RunningWorker.StartAsync(_directory);
        await next.DescribedAsync(document => IsAlive(document) && document.StartedAt > first.StartedAt, "the next one's lease");

        await old.StopAsync();

        var after = (await next.Workers.GetAsync(RunningWorker.WorkerId, TestContext.Current.CancellationToken))!;
        after.StartedAt.ShouldBeGreaterThan(first.StartedAt);
        after.LeaseUntil.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Stopped_AfterItKnowsOfTheNextOne_LeavesItsLeaseAlone()
    {
        await using var old = await RunningWorker.StartAsync(_directory);
        await using var next = await StartSecondAsync(old);

        await old.StopAsync();

        (await next.Workers.GetAsync(RunningWorker.WorkerId, TestContext.Current.CancellationToken))!.LeaseUntil.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Two_AtOnce_TheLaterHasTheDocumentAndTheOtherWarnsOfIt()
    {
        await using var old = await RunningWorker.StartAsync(_directory);
        await using var next = await StartSecondAsync(old);
        var taken = await next.DescribedAsync(document => document.Url == next.Url, "the later one's document");

        for (var renewal = 0; renewal < 4; renewal++)
        {
            taken = await next.DescribedAsync(document => document.Version > taken.Version, "a renewal");
            taken.Url.ShouldBe(next.Url, "the earlier one wrote over it");
        }

        old.Probe.Lease.Warnings.ShouldHaveSingleItem().ShouldContain($"also calls itself worker {RunningWorker.WorkerId} (at {next.Url},");
        next.Probe.Lease.Warnings.ShouldHaveSingleItem().ShouldContain($"(at {old.Url},");
        var (_, text) = await old.GetAsync("/health/ready");
        text.ShouldContain("Degraded");
        text.ShouldContain($"Another process is worker {RunningWorker.WorkerId} too (at {next.Url},");
        (await next.GetAsync("/health/ready")).Text.ShouldNotContain("Another process");
    }

    [Fact]
    public async Task Two_AtOnce_TheEarlierServesInSilenceUntilTheLaterIsGone()
    {
        await using var old = await RunningWorker.StartAsync(_directory);
        await using var next = await StartSecondAsync(old);

        await old.InsertAsync(TestPorts.Port(20_001));
        await old.AppliedAsync(20_001, _ => true, "the port served by the earlier one");
        await next.SaidAsync<PortOpened>(_ => true, "the later one's PortOpened");
        await old.SendAsync(new ReportPort { Pool = PoolDocument.DefaultName, Port = 20_001, ServiceInstanceId = "instance-1" });
        await next.StopAsync();

        await old.Probe.Lease.Entries.WaitAsync(entry => entry.Level == LogLevel.Information && entry.Text.Contains("is the worker again", StringComparison.Ordinal), "the name given back");
        await old.DescribedAsync(document => IsAlive(document) && document.Url == old.Url, "the earlier one's lease");
        old.Probe.Said.All.ShouldBeEmpty();
        await old.SendAsync(new ReportPort { Pool = PoolDocument.DefaultName, Port = 20_001, ServiceInstanceId = "instance-1" });
        await old.SaidAsync<PortOpened>(_ => true, "the answer to a question that is its own again");
        (await old.GetAsync("/health/ready")).Text.ShouldNotContain("Another process");
    }

    /// <summary>A second process under the name, and the first one knows.</summary>
    private async Task<RunningWorker> StartSecondAsync(RunningWorker old)
    {
        await old.DescribedAsync(IsAlive, "a lease");
        var next = await RunningWorker.StartAsync(_directory);
        await old.Probe.Lease.Entries.WaitAsync(entry => entry.Level == LogLevel.Warning, "the earlier one's warning");
        return next;
    }

    /// <summary>What a process leaves that was killed.</summary>
    private async Task<WorkerDocument> LeaveAsync(TimeSpan startedAgo, TimeSpan leaseFor)
    {
        await using var writer = await RunningWorker.StartAsync(_directory, settings: ("Harbor:Proxy:WorkerId", "writer"));
        var now = TimeProvider.System.GetUtcNow();
        var left = new WorkerDocument
        {
            Id = RunningWorker.WorkerId,
            Pool = PoolDocument.DefaultName,
            ListenAddress = "::",
            SoftwareVersion = "1.0.0",
            Url = "http://10.0.0.9:8082",
            StartedAt = now - startedAgo,
            LeaseUntil = now + leaseFor,
            // Port 9 (discard) is nobody's here, and free.
            Refused = [new RefusedPort { Port = 9, Protocol = TransportProtocol.Tcp, Reason = "address already in use", Since = TestPorts.Now }],
        };
        return (await writer.Workers.InsertAsync(left, TestContext.Current.CancellationToken)).Document!;
    }

    private static bool IsAlive(WorkerDocument document) => document.Id == RunningWorker.WorkerId && document.LeaseUntil > TimeProvider.System.GetUtcNow();
}
