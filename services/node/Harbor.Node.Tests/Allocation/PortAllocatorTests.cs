using Harbor.Contracts.Allocation;
using Harbor.Contracts.Ports;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Workers;

namespace Harbor.Node.Tests.Allocation;

public sealed class PortAllocatorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Allocate_WithOneOf5001Free_TakesItWithOneWriteAndNoRead()
    {
        await using var rig = await AllocationRig.StartAsync(25000, 30000);
        await rig.FillAsync(25000, 5000);

        var port = await rig.PortAsync("s1");

        port.ShouldBe(30000);
        (rig.Reads.Reads, rig.Reads.Writes).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Allocate_WithNoneFree_IsRefusedAfterOneRead()
    {
        await using var rig = await AllocationRig.StartAsync();
        await rig.FillAsync(21000, 10);

        (await rig.AllocateAsync("s1")).Refusal.ShouldBe(AllocationRefusal.PoolExhausted);
        (rig.Reads.Reads, rig.Reads.Writes).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Allocate_Twice_GivesTheSamePort()
    {
        await using var rig = await AllocationRig.StartAsync();

        var first = await rig.PortAsync("s1");

        (await rig.PortAsync("s1")).ShouldBe(first);
    }

    [Fact]
    public async Task Allocate_OfOneInstanceOnManyNodesAtOnce_GivesOnePort()
    {
        await using var first = await AllocationRig.StartAsync();
        await using var second = await AllocationRig.StartAsync(beside: first);
        for (var round = 0; round < 10; round++)
        {
            var instance = $"s{round}";
            var ports = await Task.WhenAll(Enumerable.Range(0, 8).Select(attempt => (attempt % 2 == 0 ? first : second).PortAsync(instance)));
            ports.Distinct().Count().ShouldBe(1);
        }

        (await first.AllocateAsync("s10")).Refusal.ShouldBe(AllocationRefusal.PoolExhausted);
    }

    [Fact]
    public async Task Allocate_OfAsManyInstancesAsPortsOnTwoNodesAtOnce_GivesEachItsOwn()
    {
        await using var first = await AllocationRig.StartAsync(21000, 21199);
        await using var second = await AllocationRig.StartAsync(beside: first);

        var ports = await Task.WhenAll(Enumerable.Range(0, 200).Select(instance => (instance % 2 == 0 ? first : second).PortAsync($"s{instance}")));

        ports.Distinct().Count().ShouldBe(200);
    }

    [Fact]
    public async Task Allocate_OfThePoolUnknown_IsRefused()
    {
        await using var rig = await AllocationRig.StartAsync();

        var refused = await rig.Allocator.AllocateAsync(AllocationRig.Command("s1") with { Pool = "nowhere" }, Cancellation);

        refused.Refusal.ShouldBe(AllocationRefusal.PoolUnknown);
    }

    [Fact]
    public async Task Allocate_OfARequestedPort_SaysWhyItCannotBe()
    {
        await using var rig = await AllocationRig.StartAsync();
        await rig.FillAsync(21001, 1);
        await rig.PortAsync("gone");
        var released = (await rig.ReleaseAsync("gone"))!.Port;
        await RefuseAsync(rig, 21002, rig.Time.GetUtcNow().AddSeconds(30));

        (await rig.AllocateAsync("s1", 20999)).Refusal.ShouldBe(AllocationRefusal.PortOutOfRange);
        (await rig.AllocateAsync("s1", 21001)).Refusal.ShouldBe(AllocationRefusal.PortTaken);
        (await rig.AllocateAsync("s1", released)).Refusal.ShouldBe(released == 21002 ? AllocationRefusal.PortUnusable : AllocationRefusal.PortQuarantined);
        (await rig.AllocateAsync("s1", 21002)).Refusal.ShouldBe(AllocationRefusal.PortUnusable);
        (await rig.AllocateAsync("s1", 21003, 21003)).Refusal.ShouldBe(AllocationRefusal.PortUnusable);
        (await rig.Views.Ports.ReadyAsync(Cancellation).ContinueWith(_ => rig.Directory.LastPortOf("s1"), TaskScheduler.Default)).ShouldBeNull();
    }

    [Fact]
    public async Task Allocate_WhereLiveWorkersRefuseAllButOne_TakesThatOne()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21002);
        await RefuseAsync(rig, 21000, rig.Time.GetUtcNow().AddSeconds(30), 21002);

        (await rig.PortAsync("s1")).ShouldBe(21001);
        (await rig.AllocateAsync("s2")).Refusal.ShouldBe(AllocationRefusal.PoolExhausted);

        // Nobody asks what a dead worker could not open.
        rig.Time.Advance(TimeSpan.FromSeconds(31));
        (await rig.PortAsync("s2")).ShouldBeOneOf(21000, 21002);
    }

    [Fact]
    public async Task Allocate_WithItsPortToBeAvoided_GivesItUpForAnother()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21001);
        var bad = await rig.PortAsync("s1");

        var other = (await rig.AllocateAsync("s1", null, bad)).Port.ShouldNotBeNull().Port;

        other.ShouldNotBe(bad);
        (await rig.Ports.GetAsync(PortDocument.IdOf("default", bad), Cancellation)).ShouldBeNull();
        (await rig.AllocateAsync("s1", null, bad, other)).Refusal.ShouldBe(AllocationRefusal.PoolExhausted);
        await AllocationRig.SeenAsync(() => rig.Views.Ports.Count == 0, "nothing is held");
    }

    [Fact]
    public async Task Allocate_AfterItsRelease_GivesTheInstanceItsOwnPortAtOnce()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21999);
        var port = await rig.PortAsync("s1");
        await rig.ReleaseAsync("s1");
        await AllocationRig.SeenAsync(() => rig.Directory.LastPortOf("s1") is { State: PortState.Quarantined }, "the release is seen");

        (await rig.PortAsync("s1")).ShouldBe(port);
    }

    [Fact]
    public async Task Allocate_OfAQuarantinedPortToAnother_WaitsForItsTimeAndNeedsNoSweep()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        await rig.PortAsync("s1");
        await rig.ReleaseAsync("s1");
        await AllocationRig.SeenAsync(() => rig.Directory.LastPortOf("s1") is { State: PortState.Quarantined }, "the release is seen");

        rig.Time.Advance(TimeSpan.FromSeconds(59));
        (await rig.AllocateAsync("s2")).Refusal.ShouldBe(AllocationRefusal.PoolExhausted);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        (await rig.PortAsync("s2")).ShouldBe(21000);
    }

    [Fact]
    public async Task Allocate_AfterTheRangeGrew_UsesTheNewPorts()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        await rig.PortAsync("s1");
        var pool = (await rig.Pools.GetAsync("default", Cancellation))!;

        await rig.Pools.ReplaceAsync(pool with { LastPort = 21001 }, Cancellation);
        await rig.Views.Pools.WaitForAsync("default", seen => seen!.LastPort == 21001, Cancellation);

        (await rig.PortAsync("s2")).ShouldBe(21001);
    }

    [Fact]
    public async Task Release_AfterTheQuarantineWasChanged_FollowsTheNewOne()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        await rig.PortAsync("s1");
        var pool = (await rig.Pools.GetAsync("default", Cancellation))!;
        await rig.Pools.ReplaceAsync(pool with { Quarantine = TimeSpan.FromSeconds(5) }, Cancellation);
        await rig.Views.Pools.WaitForAsync("default", seen => seen!.Quarantine == TimeSpan.FromSeconds(5), Cancellation);

        (await rig.ReleaseAsync("s1"))!.Port.ShouldBe(21000);

        await AllocationRig.SeenAsync(() => rig.Directory.LastPortOf("s1") is { State: PortState.Quarantined }, "the release is seen");
        (await rig.AllocateAsync("s2")).Refusal.ShouldBe(AllocationRefusal.PoolExhausted);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        (await rig.PortAsync("s2")).ShouldBe(21000);
    }

    [Fact]
    public async Task Release_OfAnUnusedPort_LeavesNoQuarantine()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        await rig.PortAsync("s1");

        (await rig.ReleaseAsync("s1", unused: true))!.Port.ShouldBe(21000);

        await AllocationRig.SeenAsync(() => rig.Directory.FreePortsOf("default")!.FreeCount == 1, "the port is free");
        (await rig.PortAsync("s2")).ShouldBe(21000);
    }

    /// <summary>A document that is deleted before the watch looks is never seen, nor its end: the port must be free all the same.</summary>
    [Fact]
    public async Task Release_OfAnUnusedPort_BeforeTheWatchLooks_FreesIt()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000, watchesPorts: false);
        (await rig.PortAsync("s1")).ShouldBe(21000);

        await rig.ReleaseAsync("s1", unused: true);

        (await rig.PortAsync("s2")).ShouldBe(21000);
    }

    [Fact]
    public async Task Release_Twice_AnswersTheSame()
    {
        await using var rig = await AllocationRig.StartAsync();
        var port = await rig.PortAsync("s1");

        (await rig.ReleaseAsync("s1"))!.Port.ShouldBe(port);
        (await rig.ReleaseAsync("s1"))!.Port.ShouldBe(port);
        (await rig.ReleaseAsync("never")).ShouldBeNull();
    }

    [Fact]
    public async Task Sweep_AfterQuarantine_DeletesThePort()
    {
        await using var rig = await AllocationRig.StartAsync();
        await rig.PortAsync("s1");
        await rig.ReleaseAsync("s1");

        (await rig.Sweep.SweepAsync(Cancellation)).ShouldBe(0);
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        (await rig.Sweep.SweepAsync(Cancellation)).ShouldBe(1);
        (await rig.Ports.QueryAsync(State.Documents.DocumentQuery.All, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task IntPort_OfAnApplication_IsTheLowestFreeAndFreedWithItsInstance()
    {
        await using var rig = await AllocationRig.StartAsync();

        (await rig.IntPortAsync("mud", "s1")).ShouldBe(4100);
        (await rig.IntPortAsync("mud", "s2")).ShouldBe(4101);
        (await rig.IntPortAsync("mud", "s1")).ShouldBe(4100);
        (await rig.IntPortAsync("chat", "s2")).ShouldBe(4100);

        await rig.IntPorts.FreeAsync("s1", Cancellation);
        (await rig.IntPortAsync("mud", "s3")).ShouldBe(4100);
    }

    [Fact]
    public async Task IntPorts_TakenAtOnce_AreAllDifferent()
    {
        await using var rig = await AllocationRig.StartAsync();

        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(instance => rig.IntPortAsync("mud", $"s{instance}")));

        numbers.Order().ShouldBe(Enumerable.Range(4100, 20).Select(number => (int?)number));
    }

    private static async Task RefuseAsync(AllocationRig rig, int port, DateTimeOffset leaseUntil, params int[] more)
    {
        await rig.Workers.InsertAsync(
            new WorkerDocument
            {
                Id = "w1",
                Pool = PoolDocument.DefaultName,
                ListenAddress = "::",
                SoftwareVersion = "1",
                StartedAt = rig.Time.GetUtcNow(),
                LeaseUntil = leaseUntil,
                Refused = [.. more.Append(port).Select(refused => new RefusedPort { Port = refused, Protocol = TransportProtocol.Tcp, Reason = "in use", Since = rig.Time.GetUtcNow() })],
            },
            Cancellation);
        await rig.Views.Workers.WaitForAsync("w1", worker => worker is not null, Cancellation);
    }
}
