using Harbor.Contracts.Ports;
using Harbor.Node.Allocation;

namespace Harbor.Node.Tests.Allocation;

public sealed class PortPoliciesTests
{
    private static readonly PortPolicy _first = new() { HoldSeconds = 1 };
    private static readonly PortPolicy _second = new() { HoldSeconds = 2 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_OvertakenByANewerOne_ChangesNothing()
    {
        await using var rig = await AllocationRig.StartAsync();
        await rig.PortAsync("s1");
        var policies = new PortPolicies(rig.Ports);

        (await policies.ChangeAsync("s1", _second, 3, Cancellation)).ShouldBe(3);
        (await policies.ChangeAsync("s1", _first, 2, Cancellation)).ShouldBe(3);

        var port = (await rig.AllocateAsync("s1")).Port.ShouldNotBeNull();
        (port.Policy.HoldSeconds, port.PolicyRevision).ShouldBe((2, 3));
    }

    [Fact]
    public async Task Change_OfAnInstanceWithoutAPort_IsRefused()
    {
        await using var rig = await AllocationRig.StartAsync();

        (await new PortPolicies(rig.Ports).ChangeAsync("s1", _first, 1, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Allocate_WhereThePortIsStillHeld_FollowsThePolicyOnlyIfItIsNewer()
    {
        await using var rig = await AllocationRig.StartAsync();
        var number = await rig.PortAsync("s1");

        var newer = await rig.Allocator.AllocateAsync(AllocationRig.Command("s1") with { Policy = _second, PolicyRevision = 5 }, Cancellation);
        var older = await rig.Allocator.AllocateAsync(AllocationRig.Command("s1") with { Policy = _first, PolicyRevision = 4 }, Cancellation);

        newer.Port.ShouldNotBeNull().Port.ShouldBe(number);
        var held = older.Port.ShouldNotBeNull();
        (held.Port, held.Policy.HoldSeconds, held.PolicyRevision).ShouldBe((number, 2, 5));
    }
}
