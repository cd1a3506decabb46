using Harbor.Contracts.Allocation;
using Harbor.Contracts.Ports;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Tests.Allocation;

/// <summary>An instance's id is provisioned again, while commands of its earlier life are still on their way.</summary>
public sealed class LivesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Release_OfAnEarlierLife_LeavesTheLaterOnesPort()
    {
        await using var rig = await AllocationRig.StartAsync();
        var port = await AllocateAsync(rig, life: 2);

        (await rig.ReleaseAsync("s1", life: 1)).ShouldBeNull();
        (await rig.ReleaseAsync("s1", unused: true, life: 1)).ShouldBeNull();

        (await HeldAsync(rig)).Version.ShouldBe(port.Version);
    }

    [Fact]
    public async Task Release_OfALaterLife_TakesWhatAnEarlierOneLeft()
    {
        await using var rig = await AllocationRig.StartAsync();
        var port = await AllocateAsync(rig, life: 1);

        (await rig.ReleaseAsync("s1", life: 2))!.Port.ShouldBe(port.Port);

        (await rig.Ports.GetAsync(port.Id, Cancellation))!.State.ShouldBe(PortState.Quarantined);
    }

    [Fact]
    public async Task Release_OfAnotherPort_LeavesTheOneThatIsHeld()
    {
        await using var rig = await AllocationRig.StartAsync();
        var port = await AllocateAsync(rig, life: 1);

        (await rig.ReleaseAsync("s1", port: port.Port + 1)).ShouldBeNull();

        (await HeldAsync(rig)).Version.ShouldBe(port.Version);
    }

    [Fact]
    public async Task Release_RacingTheNextLifesAllocation_NeverHitsIt()
    {
        await using var first = await AllocationRig.StartAsync();
        await using var second = await AllocationRig.StartAsync(beside: first);
        for (var life = 1; life <= 100; life += 2)
        {
            await AllocateAsync(first, life);

            var releases = Enumerable.Range(0, 3).Select(_ => first.ReleaseAsync("s1", unused: life % 4 == 1, life: life)).ToList();
            var next = await second.Allocator.AllocateAsync(AllocationRig.Command("s1", life + 1), Cancellation);
            await Task.WhenAll(releases);

            var held = await HeldAsync(first);
            (held.Life, held.Port).ShouldBe((life + 1, next.Port.ShouldNotBeNull().Port));
        }
    }

    [Fact]
    public async Task Allocate_OfAnEarlierLife_IsRefusedAndChangesNothing()
    {
        await using var rig = await AllocationRig.StartAsync();
        var port = await AllocateAsync(rig, life: 2);
        var late = AllocationRig.Command("s1", 1);

        (await rig.Allocator.AllocateAsync(late, Cancellation)).Refusal.ShouldBe(AllocationRefusal.Superseded);
        (await rig.Allocator.AllocateAsync(late with { Avoid = [port.Port] }, Cancellation)).Refusal.ShouldBe(AllocationRefusal.Superseded);
        (await rig.Allocator.AllocateAsync(late with { RequestedPort = 21000 + ((port.Port - 21000 + 1) % 10) }, Cancellation)).Refusal.ShouldBe(AllocationRefusal.Superseded);

        (await HeldAsync(rig)).Version.ShouldBe(port.Version);
    }

    [Fact]
    public async Task Allocate_OfAnEarlierLife_DoesNotWakeTheQuarantinedPortOfALaterOne()
    {
        await using var rig = await AllocationRig.StartAsync();
        var port = await AllocateAsync(rig, life: 2);
        await rig.ReleaseAsync("s1", life: 2);
        await AllocationRig.SeenAsync(() => rig.Directory.LastPortOf("s1") is { State: PortState.Quarantined }, "the release is seen");

        (await rig.Allocator.AllocateAsync(AllocationRig.Command("s1", 1), Cancellation)).Refusal.ShouldBe(AllocationRefusal.Superseded);
        (await rig.Allocator.AllocateAsync(AllocationRig.Command("s1", 1) with { RequestedPort = port.Port }, Cancellation)).Refusal.ShouldBe(AllocationRefusal.Superseded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Allocate_WithAnotherProtocol_GetsItOnTheOldPort(bool released)
    {
        await using var rig = await AllocationRig.StartAsync();
        var before = await BoundAsync(rig, released);

        var after = (await rig.Allocator.AllocateAsync(AllocationRig.Command("s1", 2) with { Protocol = PortProtocol.Udp }, Cancellation)).Port.ShouldNotBeNull();

        (after.Port, after.Protocol, after.Life, after.State).ShouldBe((before.Port, PortProtocol.Udp, 2, PortState.Active));
        after.Apps.ShouldBeEmpty("the bindings were the earlier life's");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Allocate_WithAnotherRequestedPort_GetsThatOneAndGivesUpTheOld(bool released)
    {
        await using var rig = await AllocationRig.StartAsync();
        var before = await BoundAsync(rig, released);
        var wanted = 21000 + ((before.Port - 21000 + 1) % 10);

        var after = (await rig.Allocator.AllocateAsync(AllocationRig.Command("s1", 2) with { RequestedPort = wanted }, Cancellation)).Port.ShouldNotBeNull();

        after.Port.ShouldBe(wanted);
        (await rig.Ports.GetAsync(before.Id, Cancellation))!.State.ShouldBe(PortState.Quarantined);
        (await HeldAsync(rig)).Port.ShouldBe(wanted);
    }

    [Fact]
    public async Task Allocate_WithARequestedPortThatIsTaken_IsRefusedAndHoldsNothing()
    {
        await using var rig = await AllocationRig.StartAsync();
        await BoundAsync(rig, released: false);
        var other = await rig.PortAsync("s2");

        var refused = await rig.Allocator.AllocateAsync(AllocationRig.Command("s1", 2) with { RequestedPort = other }, Cancellation);

        refused.Refusal.ShouldBe(AllocationRefusal.PortTaken);
        (await rig.Ports.QueryAsync(DocumentQuery.Where(PortIndexes.Owner, "s1"), Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Allocate_InAnotherPool_GivesUpThePortOfTheFirst()
    {
        await using var rig = await AllocationRig.StartAsync();
        var before = await AllocateAsync(rig, life: 1);
        await rig.Pools.InsertAsync(new() { Id = "other", FirstPort = 22000, LastPort = 22009, Host = "127.0.0.1" }, Cancellation);
        await rig.Views.Pools.WaitForAsync("other", pool => pool is not null, Cancellation);

        var after = await rig.Allocator.AllocateAsync(AllocationRig.Command("s1", 2) with { Pool = "other" }, Cancellation);

        after.Port.ShouldNotBeNull().Pool.ShouldBe("other");
        (await rig.Ports.GetAsync(before.Id, Cancellation))!.State.ShouldBe(PortState.Quarantined);
    }

    [Fact]
    public async Task IntPort_TakenWhileALateReleaseFreesIt_StaysTheInstances()
    {
        await using var rig = await AllocationRig.StartAsync();
        await AllocateAsync(rig, life: 2);
        for (var round = 0; round < 100; round++)
        {
            await rig.IntPortAsync("mud", "s1");
            var releases = Enumerable.Range(0, 3).Select(_ => rig.ReleaseAsync("s1", life: 1)).ToList();
            var number = await rig.IntPortAsync("mud", "s1");
            await Task.WhenAll(releases);

            (await rig.Apps.GetAsync("mud", Cancellation)).ShouldNotBeNull().IntPorts.ShouldContain(new KeyValuePair<string, int>("s1", number!.Value));
        }
    }

    [Fact]
    public async Task IntPort_ThatWasToldBefore_IsGivenAgainWhereItIsFree()
    {
        await using var rig = await AllocationRig.StartAsync();
        await rig.IntPortAsync("mud", "s1");

        (await rig.IntPorts.TakeAsync(AllocationRig.Bind("mud", "s2") with { IntPort = 4107 }, Cancellation)).ShouldBe(4107);
        (await rig.IntPorts.TakeAsync(AllocationRig.Bind("mud", "s3") with { IntPort = 4100 }, Cancellation)).ShouldBe(4101);
    }

    private static async Task<PortDocument> AllocateAsync(AllocationRig rig, long life)
        => (await rig.Allocator.AllocateAsync(AllocationRig.Command("s1", life), Cancellation)).Port.ShouldNotBeNull();

    private static async Task<PortDocument> HeldAsync(AllocationRig rig)
        => (await rig.Ports.QueryAsync(DocumentQuery.Where(PortIndexes.Owner, "s1"), Cancellation)).ShouldHaveSingleItem();

    /// <summary>A port of the first life, with an application; released or, because its release got lost, not.</summary>
    private static async Task<PortDocument> BoundAsync(AllocationRig rig, bool released)
    {
        var port = await AllocateAsync(rig, life: 1);
        var bound = await rig.Ports.ReplaceAsync(port with { Apps = [new() { AppGuid = "mud", IntPort = 4100, BindingIds = ["b1"] }] }, Cancellation);
        if (released)
        {
            await rig.ReleaseAsync("s1");
        }

        await AllocationRig.SeenAsync(() => rig.Directory.LastPortOf("s1") is { } seen && (seen.State == PortState.Quarantined) == released, "the port is seen");
        return bound.Document!;
    }
}
