using Harbor.Contracts.Ports;
using Harbor.Contracts.Workers;
using Harbor.Proxy.DataPlane;
using Harbor.Proxy.Routing;
using Harbor.State.Pools;
using Harbor.State.Ports;

namespace Harbor.Proxy.Tests;

/// <summary>One port number, and its owners one after the other: each is told of what is its own, and none of another's.</summary>
public sealed class PortLivesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("harbor-proxy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Port_OfALaterLifeOfItsOwner_IsClosedAndOpenedAnew()
    {
        await using var worker = await StartAsync();
        var port = await worker.InsertAsync(TestPorts.Port(20_001));
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");

        await worker.ReplaceAsync(port with { Life = 1, Protocol = PortProtocol.Udp });

        await worker.Engine.Acts.WaitAsync(act => act is (20_001, null), "the port closed");
        (await worker.AppliedAsync(20_001, applied => applied.Transports == Transports.Udp, "the port with the new protocol"))!.Owner.ShouldBe("instance-1");
        await worker.SaidAsync<PortClosed>(closed => closed.Life == 0, "PortClosed of the earlier life");
        await worker.SaidAsync<PortOpened>(opened => opened.Life == 1, "PortOpened of the later life");
    }

    [Fact]
    public async Task Port_OfALaterLifeThatIsRefused_IsReportedForThatLife()
    {
        await using var worker = await StartAsync();
        var port = await worker.InsertAsync(TestPorts.Port(20_001));
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");

        worker.Engine.Refusals[20_001] = new ListenResult { IsOpen = false, Reason = "address already in use" };
        await worker.ReplaceAsync(port with { Life = 1 });

        (await worker.SaidAsync<PortRefused>(_ => true, "PortRefused")).Life.ShouldBe(1);
    }

    /// <summary>A watch may skip what lies between: each owner's release waits for this worker.</summary>
    [Theory]
    [InlineData("instance-1", 2)]
    [InlineData("instance-2", 1)]
    public async Task Port_ReleasedByALaterOwnerThanTheOneThatIsServed_IsReportedForBoth(string owner, long life)
    {
        await using var worker = await StartAsync();
        var stored = await worker.InsertAsync(TestPorts.Port(20_001) with { Life = 1 });
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");

        await worker.ReplaceAsync(stored with { ServiceInstanceId = owner, Life = life, State = PortState.Quarantined, ReleasedAt = TestPorts.Now, QuarantinedUntil = TestPorts.Now });

        await worker.SaidAsync<PortClosed>(closed => (closed.ServiceInstanceId, closed.Life) == ("instance-1", 1), "PortClosed for the one that was served");
        await worker.SaidAsync<PortClosed>(closed => (closed.ServiceInstanceId, closed.Life) == (owner, life), "PortClosed for the one that released it");
    }

    [Theory]
    [InlineData("instance-1", 6L, false)]
    [InlineData("instance-1", 8L, false)]
    [InlineData("instance-2", 7L, false)]
    [InlineData("instance-1", 7L, true)]
    [InlineData("instance-1", null, true)]
    [InlineData(null, null, true)]
    public async Task Relisten_IsForTheOwnerWhoWasMeant(string? instance, long? life, bool isDone)
    {
        await using var worker = await StartAsync();
        await worker.InsertAsync(TestPorts.Port(20_001) with { Life = 7 });
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");

        worker.Get<PortRoutes>().Relisten(new RelistenPort { Pool = PoolDocument.DefaultName, Port = 20_001, ServiceInstanceId = instance, Life = life }).ShouldBe(isDone);

        await worker.Engine.Acts.WaitAsync(_ => worker.Engine.Acts.All.Count == (isDone ? 3 : 1), "what is to be done");
    }

    [Theory]
    [InlineData(20_001, "instance-1", null, typeof(PortOpened), 7L)]
    [InlineData(20_001, "instance-1", 7L, typeof(PortOpened), 7L)]
    [InlineData(20_001, "instance-1", 8L, typeof(PortOpened), 7L)]
    [InlineData(20_001, "instance-1", 6L, typeof(PortClosed), 6L)]
    [InlineData(20_002, "instance-2", 7L, typeof(PortRefused), 7L)]
    [InlineData(20_002, "instance-2", 6L, typeof(PortClosed), 6L)]
    [InlineData(20_001, "instance-9", 7L, typeof(PortClosed), 7L)]
    [InlineData(20_003, "instance-3", 7L, typeof(PortClosed), 7L)]
    [InlineData(20_003, "instance-3", null, typeof(PortClosed), null)]
    public async Task Report_IsWhatTheWorkerDoesAtThatMoment(int port, string instance, long? life, Type answer, long? answered)
    {
        await using (var before = await StartAsync())
        {
            // Stored, and reported, by an earlier run: what is said below is said because it was asked.
            await before.InsertAsync(TestPorts.Port(20_001, "instance-1") with { Life = 7 });
            await before.InsertAsync(TestPorts.Port(20_002, "instance-2") with { Life = 7 });
        }

        await using var worker = await StartAsync(engine => engine.Refusals[20_002] = new ListenResult { IsOpen = false, Reason = "address already in use" });
        await worker.DescribedAsync(document => document.LeaseUntil > TimeProvider.System.GetUtcNow(), "a lease, and so all ports applied");

        await worker.SendAsync(new ReportPort { Pool = PoolDocument.DefaultName, Port = port, ServiceInstanceId = instance, Life = life });

        var said = await worker.Probe.Said.WaitAsync(said => said.GetType() == answer, $"the answer {answer.Name}");
        (said switch { PortOpened opened => opened.Life, PortRefused refused => refused.Life, PortClosed closed => closed.Life, _ => -1 }).ShouldBe(answered);
    }

    private Task<RunningWorker> StartAsync(Action<FakeRelayEngine>? prepare = null) => RunningWorker.StartAsync(_directory, prepare);
}
