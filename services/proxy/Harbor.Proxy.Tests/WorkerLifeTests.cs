using Harbor.Contracts.Ports;
using Harbor.Hosting;
using Harbor.State.Workers;

namespace Harbor.Proxy.Tests;

/// <summary>How a worker begins, says that it lives, and ends.</summary>
public sealed class WorkerLifeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("harbor-proxy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Lease_IsRenewedWhileTheWorkerRuns()
    {
        await using var worker = await RunningWorker.StartAsync(_directory);

        var first = await worker.DescribedAsync(document => document.LeaseUntil > TimeProvider.System.GetUtcNow(), "a lease");
        first.Pool.ShouldBe("default");
        first.Url.ShouldNotBeNull().ShouldStartWith("http://127.0.0.1:");
        await worker.DescribedAsync(document => document.LeaseUntil > first.LeaseUntil, "a renewed lease");
    }

    [Fact]
    public async Task Stop_EndsTheLeaseAndDrainsTheRelay()
    {
        await using var worker = await RunningWorker.StartAsync(_directory);
        await worker.DescribedAsync(document => document.LeaseUntil > TimeProvider.System.GetUtcNow(), "a lease");

        await worker.StopAsync();

        worker.Engine.Drained.Task.IsCompleted.ShouldBeTrue();
        var after = await worker.Workers.GetAsync(RunningWorker.WorkerId, TestContext.Current.CancellationToken);
        after!.LeaseUntil.ShouldBeLessThan(TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task RefusedPort_OfAnEarlierRun_IsForgottenOnceItIsFree()
    {
        await using var worker = await RunningWorker.StartAsync(_directory);
        var described = await worker.DescribedAsync(document => document.LeaseUntil > TimeProvider.System.GetUtcNow(), "a lease");
        await worker.StopAsync();
        await StoreRefusedAsync(described);

        await using var again = await RunningWorker.StartAsync(_directory);

        await again.DescribedAsync(document => document.StartedAt != described.StartedAt && document.Refused.Count == 0, "the document without the refused port");
    }

    [Fact]
    public async Task Configuration_ThatIsWrong_IsRefusedWholeBeforeTheStart()
    {
        var options = new HarborProcessOptions
        {
            ReadSurroundings = false,
            Defaults = new Dictionary<string, string?>
            {
                ["Harbor:State:Provider"] = "Sqlite",
                ["Harbor:Bus:Transport"] = "InMemory",
                ["Harbor:Proxy:ListenAddress"] = "everywhere",
                ["Harbor:Proxy:Engine"] = "Steam",
                ["Harbor:Proxy:Pool"] = "a/b",
            },
        };

        var failure = await Should.ThrowAsync<HarborStartException>(() => HarborProcess.StartAsync([], options, [new ProxyModule()], TestContext.Current.CancellationToken));

        failure.ExitCode.ShouldBe(ExitCodes.Configuration);
        failure.Problems.ShouldContain(problem => problem.StartsWith("Harbor:Proxy:Engine = 'Steam'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Harbor:Proxy:ListenAddress", "everywhere")]
    [InlineData("Harbor:Proxy:Pool", "a/b")]
    [InlineData("Harbor:Proxy:LeaseRenewal", "00:00:09")]
    [InlineData("Harbor:Proxy:DrainTimeout", "-00:00:01")]
    public async Task Setting_ThatIsWrong_IsNamedWithItsValue(string key, string value)
    {
        var options = new HarborProcessOptions
        {
            ReadSurroundings = false,
            Defaults = new Dictionary<string, string?> { ["Harbor:State:Provider"] = "Sqlite", ["Harbor:Bus:Transport"] = "InMemory", [key] = value },
        };

        var failure = await Should.ThrowAsync<HarborStartException>(() => HarborProcess.StartAsync([], options, [new ProxyModule()], TestContext.Current.CancellationToken));

        failure.Problems.ShouldHaveSingleItem().ShouldContain(key);
        failure.Problems[0].ShouldContain(value);
    }

    private async Task StoreRefusedAsync(WorkerDocument described)
    {
        // Port 9 (discard) is nobody's here, and free.
        await using var writer = await RunningWorker.StartAsync(_directory);
        var stored = await writer.DescribedAsync(document => document.LeaseUntil > TimeProvider.System.GetUtcNow() && document.StartedAt != described.StartedAt, "a lease");
        await writer.StopAsync();
        var current = await writer.Workers.GetAsync(stored.Id, TestContext.Current.CancellationToken);
        var refused = new RefusedPort { Port = 9, Protocol = TransportProtocol.Tcp, Reason = "address already in use", Since = TestPorts.Now };
        (await writer.Workers.ReplaceAsync(current! with { Refused = [refused] }, TestContext.Current.CancellationToken)).Written.ShouldBeTrue();
    }
}
