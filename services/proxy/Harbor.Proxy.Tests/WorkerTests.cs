using Harbor.Contracts.Ports;
using Harbor.Contracts.Workers;
using Harbor.Proxy.DataPlane;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.Testing;

namespace Harbor.Proxy.Tests;

/// <summary>What a worker does with its pool's ports, and what it says about it.</summary>
public sealed class WorkerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("harbor-proxy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Port_Allocated_IsOpenedAndReported()
    {
        await using var worker = await StartAsync();

        await worker.InsertAsync(TestPorts.Port(20_001, "instance-1", PortProtocol.Both) with { Life = 7 });

        var applied = await worker.AppliedAsync(20_001, _ => true, "the port in the engine");
        applied!.Transports.ShouldBe(Transports.Both);
        applied.Owner.ShouldBe("instance-1");
        var opened = await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");
        opened.ShouldBe(new PortOpened { WorkerId = RunningWorker.WorkerId, Pool = PoolDocument.DefaultName, Port = 20_001, ServiceInstanceId = "instance-1", Life = 7 });
    }

    [Fact]
    public async Task Port_OfAnotherPool_IsLeftAlone()
    {
        await using var worker = await StartAsync();

        await worker.InsertAsync(TestPorts.Port(20_001) with { Id = PortDocument.IdOf("dmz", 20_001), Pool = "dmz" });
        await worker.InsertAsync(TestPorts.Port(20_002, "instance-2"));
        await worker.SaidAsync<PortOpened>(opened => opened.Port == 20_002, "PortOpened of the own pool");

        worker.Engine.OpenPorts.ShouldBe([20_002]);
    }

    [Fact]
    public async Task Backends_KnownBeforeTheStart_AreUnverified_AndLaterOnesAreNot()
    {
        var (old, added) = (TestPorts.Backend(instance: "old"), TestPorts.Backend(port: 61_045, instance: "added"));
        PortDocument stored;
        await using (var before = await StartAsync())
        {
            stored = await before.InsertAsync(TestPorts.Port(20_001, backends: old));
            await before.AppliedAsync(20_001, snapshot => snapshot.Backends is [{ Unverified: false }], "a backend that was learned while the worker ran");
        }

        await using var worker = await StartAsync();
        await worker.AppliedAsync(20_001, snapshot => snapshot.Backends is [{ Unverified: true }], "the same backend, unverified after the restart");
        await worker.ReplaceAsync(stored with { Backends = [old, added] });
        await worker.AppliedAsync(20_001, snapshot => snapshot.Backends is [{ Unverified: true }, { Unverified: false }], "a new backend, verified");
    }

    [Fact]
    public async Task Port_HeldByAnotherProcess_IsReportedAndTriedUntilItIsFree()
    {
        var refusal = new ListenResult { IsOpen = false, Transport = Transport.Udp, Reason = "address already in use", Holder = "dnsmasq (812)" };
        await using var worker = await StartAsync(engine => engine.Refusals[20_001] = refusal);

        await worker.InsertAsync(TestPorts.Port(20_001, protocol: PortProtocol.Both));
        var refused = await worker.SaidAsync<PortRefused>(_ => true, "PortRefused");
        refused.Protocol.ShouldBe(TransportProtocol.Udp);
        refused.Holder.ShouldBe("dnsmasq (812)");
        var described = await worker.DescribedAsync(document => document.Refused.Count == 1, "the refused port in the worker's document");
        described.Refused.ShouldHaveSingleItem().Port.ShouldBe(20_001);

        worker.Engine.Refusals.Clear();
        await worker.SaidAsync<PortOpened>(opened => opened.Port == 20_001, "PortOpened after the port became free");
        await worker.DescribedAsync(document => document.Refused.Count == 0, "the worker's document without it");
        worker.Probe.Said.All.OfType<PortRefused>().Count().ShouldBe(1, "tried often, said once");
    }

    [Fact]
    public async Task Port_Released_IsClosedAndReported()
    {
        await using var worker = await StartAsync();
        var stored = await worker.InsertAsync(TestPorts.Port(20_001));
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");

        await worker.ReplaceAsync(stored with { State = PortState.Quarantined, ReleasedAt = TestPorts.Now, QuarantinedUntil = TestPorts.Now });

        (await worker.SaidAsync<PortClosed>(_ => true, "PortClosed")).ServiceInstanceId.ShouldBe("instance-1");
        worker.Engine.OpenPorts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Port_WhoseDocumentIsGone_IsClosed()
    {
        await using var worker = await StartAsync();
        var stored = await worker.InsertAsync(TestPorts.Port(20_001));
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");

        await worker.Ports.DeleteAsync(stored, TestContext.Current.CancellationToken);

        await worker.SaidAsync<PortClosed>(_ => true, "PortClosed");
        worker.Engine.OpenPorts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Port_WithAnotherOwner_IsClosedForTheOneAndOpenedForTheOther()
    {
        await using var worker = await StartAsync();
        var stored = await worker.InsertAsync(TestPorts.Port(20_001, "instance-1"));
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened for the first");

        await worker.ReplaceAsync(stored with { ServiceInstanceId = "instance-2" });

        (await worker.SaidAsync<PortClosed>(_ => true, "PortClosed")).ServiceInstanceId.ShouldBe("instance-1");
        await worker.SaidAsync<PortOpened>(opened => opened.ServiceInstanceId == "instance-2", "PortOpened for the second");
        worker.Engine.Acts.All.Select(act => act.Applied?.Owner).ShouldBe(["instance-1", null, "instance-2"]);
    }

    [Fact]
    public async Task Address_OfTwoPorts_IsGivenToTheSecondWhenTheRelayHasTakenItFromTheFirst()
    {
        await using var worker = await StartAsync();
        var first = await worker.InsertAsync(TestPorts.Port(20_001, "instance-1", backends: [TestPorts.Backend()]));
        await worker.AppliedAsync(20_001, applied => applied.Backends.Length == 1, "the address on the first port");
        var held = worker.Engine.Hold(20_001);

        // What a worker sees of two documents has no order; here the relay has not taken it from the first when the second asks.
        await worker.ReplaceAsync(first with { Backends = [] });
        await held.Entered.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await worker.InsertAsync(TestPorts.Port(20_002, "instance-2", backends: [TestPorts.Backend() with { AppGuid = "app-2" }, TestPorts.Backend("10.0.4.8") with { AppGuid = "app-2" }]));

        (await worker.AppliedAsync(20_002, _ => true, "the second port")).ShouldNotBeNull().Backends.ShouldHaveSingleItem().Address.Address.ToString().ShouldBe("10.0.4.8");
        held.Release();
        await worker.AppliedAsync(20_002, applied => applied.Backends.Length == 2, "the address on the second port");
    }

    [Fact]
    public async Task Addresses_ThatTwoPortsSwap_AreSwapped()
    {
        await using var worker = await StartAsync();
        BackendEntry[] Entries(string app, string host) => [TestPorts.Backend(host) with { AppGuid = app }];
        var first = await worker.InsertAsync(TestPorts.Port(20_001, "instance-1", backends: Entries("app-1", "10.0.4.7")));
        var second = await worker.InsertAsync(TestPorts.Port(20_002, "instance-2", backends: Entries("app-2", "10.0.4.8")));
        await worker.SaidAsync<PortOpened>(opened => opened.Port == 20_001, "the first port open");
        await worker.SaidAsync<PortOpened>(opened => opened.Port == 20_002, "the second port open");

        await worker.ReplaceAsync(first with { Backends = Entries("app-1", "10.0.4.8") });
        await worker.ReplaceAsync(second with { Backends = Entries("app-2", "10.0.4.7") });

        await worker.AppliedAsync(20_001, applied => applied.Backends.Any(backend => backend.Address.Address.ToString() == "10.0.4.8"), "the second's address on the first port");
        await worker.AppliedAsync(20_002, applied => applied.Backends.Any(backend => backend.Address.Address.ToString() == "10.0.4.7"), "the first's address on the second port");
    }

    [Fact]
    public async Task Relisten_ClosesAndOpens()
    {
        await using var worker = await StartAsync();
        await worker.InsertAsync(TestPorts.Port(20_001));
        await worker.SaidAsync<PortOpened>(_ => true, "PortOpened");

        await worker.SendAsync(new RelistenPort { Pool = PoolDocument.DefaultName, Port = 20_001 });

        await worker.Engine.Acts.WaitAsync(act => act.Applied is null, "the close");
        await worker.SendAsync(new RelistenPort { Pool = PoolDocument.DefaultName, Port = 20_001 });
        await worker.Engine.Acts.WaitAsync(_ => worker.Engine.Acts.All.Count == 5, "the second close and open");
        worker.Engine.Acts.All.Select(act => act.Applied is not null).ShouldBe([true, false, true, false, true]);
    }

    [Fact]
    public async Task PoolRange_AsStored_IsKeptFreeOfOutgoingSockets()
    {
        await using (var before = await StartAsync())
        {
            before.Engine.Options.ReservedRange.ShouldBe((35_000, 40_000));
            var pool = new PoolDocument { Id = PoolDocument.DefaultName, FirstPort = 20_000, LastPort = 20_100, Host = "10.0.0.9" };
            await before.Get<State.Documents.IDocuments<PoolDocument>>().InsertAsync(pool, TestContext.Current.CancellationToken);
        }

        await using var worker = await StartAsync();
        worker.Engine.Options.ReservedRange.ShouldBe((20_000, 20_100));
    }

    private Task<RunningWorker> StartAsync(Action<FakeRelayEngine>? prepare = null) => RunningWorker.StartAsync(_directory, prepare);
}
