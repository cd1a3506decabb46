using Harbor.Contracts.Allocation;
using Harbor.Contracts.Workers;
using Harbor.Node.Allocation;
using Harbor.State.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.Node.Tests.Allocation;

public sealed class QuarantinesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Quarantine_WhileClientsSend_IsProlongedUpToTenTimes()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        var (port, released) = (await rig.PortAsync("s1"), rig.Time.GetUtcNow());
        await rig.ReleaseAsync("s1");
        for (var report = 0; report < 14; report++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(50));
            await ProlongAsync(rig, port);
        }

        (await UntilAsync(rig, port)).ShouldBe(released + TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Quarantine_ThatIsProlonged_KeepsThePortFromOthersAndNotFromItsOwner()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        var port = await rig.PortAsync("s1");
        await rig.ReleaseAsync("s1");
        rig.Time.Advance(TimeSpan.FromSeconds(50));
        await ProlongAsync(rig, port);
        var until = await UntilAsync(rig, port);
        await AllocationRig.SeenAsync(() => rig.Directory.LastPortOf("s1")?.QuarantinedUntil == until, "the node has seen it");

        rig.Time.Advance(TimeSpan.FromSeconds(20));
        (await rig.Sweep.SweepAsync(Cancellation)).ShouldBe(0);
        (await rig.AllocateAsync("s2")).Refusal.ShouldBe(AllocationRefusal.PoolExhausted);
        (await rig.AllocateAsync("s2", port)).Refusal.ShouldBe(AllocationRefusal.PortQuarantined);
        (await rig.PortAsync("s1")).ShouldBe(port);
    }

    [Theory]
    [InlineData("s1", 2)]
    [InlineData("s2", 1)]
    public async Task Quarantine_OfAnotherLifeOrOwner_StaysAsItIs(string instance, long life)
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        var port = await rig.PortAsync("s1");
        await rig.ReleaseAsync("s1");
        var before = await UntilAsync(rig, port);
        rig.Time.Advance(TimeSpan.FromSeconds(50));

        await ProlongAsync(rig, port, instance, life);

        (await UntilAsync(rig, port)).ShouldBe(before);
    }

    [Fact]
    public async Task Quarantine_ByAReportThatComesTwice_IsProlongedOnce()
    {
        await using var rig = await AllocationRig.StartAsync(21000, 21000);
        var port = await rig.PortAsync("s1");
        await rig.ReleaseAsync("s1");
        var seen = await UntilAsync(rig, port);
        rig.Time.Advance(TimeSpan.FromSeconds(50));
        await ProlongAsync(rig, port, until: seen);
        var prolonged = await UntilAsync(rig, port);

        rig.Time.Advance(TimeSpan.FromSeconds(30));
        await ProlongAsync(rig, port, until: seen);

        prolonged.ShouldBe(rig.Time.GetUtcNow() + TimeSpan.FromSeconds(30));
        (await UntilAsync(rig, port)).ShouldBe(prolonged);
        await ProlongAsync(rig, port, until: prolonged);
        (await UntilAsync(rig, port)).ShouldBe(rig.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
    }

    private static async Task<DateTimeOffset?> UntilAsync(AllocationRig rig, int port)
        => (await rig.Ports.GetAsync(PortDocument.IdOf("default", port), Cancellation))!.QuarantinedUntil;

    private static Task ProlongAsync(AllocationRig rig, int port, string instance = "s1", long life = 1, DateTimeOffset? until = null)
        => new Quarantines(rig.Ports, rig.Views, rig.Time, NullLogger<Quarantines>.Instance).ProlongAsync(
            new PortStillUsed { WorkerId = "w1", Pool = "default", Port = port, ServiceInstanceId = instance, Life = life, QuarantinedUntil = until }, Cancellation);
}
