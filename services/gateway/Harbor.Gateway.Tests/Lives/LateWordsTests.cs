using Harbor.Contracts.Ports;
using Harbor.Contracts.Workers;
using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Provisioning;
using Harbor.Gateway.Tests.Edge;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Sagas;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Lives;

/// <summary>What a worker said of an earlier life of an instance's id, and which comes only now: the later life has the same port again, and must not take it for its own.</summary>
public sealed class LateWordsTests
{
    private const string Provisions = "provision-port-state";
    private const string Releases = "release-port-state";

    /// <summary>Nothing is asked again, and nothing ends by itself, while a test looks.</summary>
    private static readonly Dictionary<string, string?> _patient = new()
    {
        ["Harbor:Gateway:Broker:FirstResend"] = "00:05:00",
        ["Harbor:Gateway:Broker:LongestResend"] = "00:05:00",
        ["Harbor:Gateway:Broker:CloseTimeout"] = "00:05:00",
        ["Harbor:Gateway:Broker:OperationTimeout"] = "00:05:00",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Opened_OfAnEarlierLife_DoesNotMakeALaterOneActive()
    {
        await using var run = await GatewayRun.StartAsync(_patient);
        var (earlier, port) = await SecondLifeOpeningAsync(run);

        await Delivery.SayAsync(run, Opened(port, earlier.Life), Provisions);

        (await SagaAsync(run)).CurrentState.ShouldBe(nameof(ProvisionPortStateMachine.Opening));
        (await run.Broker.LastOperationAsync("x")).State.ShouldBe("in progress");
        await Delivery.SayAsync(run, Opened(port, port.Life), Provisions);
        await EndsAsync(run, "succeeded");
    }

    [Fact]
    public async Task Opened_OfAnEarlierLife_BeforeThePortIsAllocated_IsNotKeptForALaterOne()
    {
        await using var run = await GatewayRun.StartAsync(_patient);
        var earlier = await FirstLifeAsync(run);
        run.Edge.NodeIsDown = true;
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        await Eventually.TrueAsync(async () => (await run.AllAsync<SagaDocument<ProvisionPortState>>()).Count == 1, "the saga waits for the node", cancellationToken: Token);

        await Delivery.SayAsync(run, Opened(earlier, earlier.Life), Provisions);

        (await SagaAsync(run)).OpenedBy.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refused_OfAnEarlierLife_DoesNotTakeALaterOnesPortAway(bool requested)
    {
        await using var run = await GatewayRun.StartAsync(_patient);
        var (earlier, port) = await SecondLifeOpeningAsync(run, requested);

        await Delivery.SayAsync(run, Refused(port, earlier.Life), Provisions);

        var saga = await SagaAsync(run);
        (saga.CurrentState, saga.Port, saga.Avoid.Count).ShouldBe((nameof(ProvisionPortStateMachine.Opening), port.Port, 0));
        await Delivery.SayAsync(run, Opened(port, port.Life), Provisions);
        await EndsAsync(run, "succeeded");
        (await run.PortsAsync()).ShouldHaveSingleItem().Port.ShouldBe(port.Port);
    }

    [Fact]
    public async Task Closed_OfAnEarlierLife_DoesNotEndALaterOnesRelease()
    {
        await using var run = await GatewayRun.StartAsync(_patient);
        var (earlier, port) = await SecondLifeOpeningAsync(run);
        await Delivery.SayAsync(run, Opened(port, port.Life), Provisions);
        await EndsAsync(run, "succeeded");
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Is(202);
        await ClosingAsync(run);

        await Delivery.SayAsync(run, Closed(port, earlier.Life), Releases);

        (await run.AllAsync<SagaDocument<ReleasePortState>>()).ShouldHaveSingleItem().Saga.ClosedBy.ShouldBeEmpty();
        (await run.Broker.LastOperationAsync("x")).State.ShouldBe("in progress");
        await Delivery.SayAsync(run, Closed(port, port.Life), Releases);
        await EndsAsync(run, "succeeded");
    }

    /// <summary>Workers are upgraded after gateways, or before them.</summary>
    [Fact]
    public async Task Words_OfAWorkerThatSaysNoLife_AreBelieved()
    {
        await using var run = await GatewayRun.StartAsync(_patient);
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        var bad = await OpeningAsync(run, port => true);

        await Delivery.SayAsync(run, Refused(bad, null), Provisions);
        var good = await OpeningAsync(run, port => port.Port != bad.Port);
        await Delivery.SayAsync(run, Opened(good, null), Provisions);
        await EndsAsync(run, "succeeded");

        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Is(202);
        await ClosingAsync(run);
        await Delivery.SayAsync(run, Closed(good, null), Releases);
        await EndsAsync(run, "succeeded");
    }

    [Fact]
    public async Task Questions_ToTheWorkers_NameTheLifeThatIsMeant()
    {
        await using var run = await GatewayRun.StartAsync();
        var (_, port) = await SecondLifeOpeningAsync(run);
        await Eventually.TrueAsync(() => run.Edge.ReceivedOf<ReportPort>().Any(asked => asked.Port == port.Port && asked.Life == port.Life), "the provision asks", cancellationToken: Token);
        run.Edge.WorkersAreDeaf = false;
        await EndsAsync(run, "succeeded");

        run.Edge.WorkersAreDeaf = true;
        var before = run.Edge.ReceivedOf<ReportPort>().Count();
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Is(202);
        await Eventually.TrueAsync(() => run.Edge.ReceivedOf<ReportPort>().Skip(before).Any(asked => asked.Life == port.Life), "the release asks", cancellationToken: Token);
        run.Edge.ReceivedOf<ReportPort>().ShouldAllBe(asked => asked.Life == port.Life);
        run.Edge.WorkersAreDeaf = false;
        await EndsAsync(run, "succeeded");
    }

    /// <summary>A life that has come and gone, as its port's document has it; the workers say nothing more from then on.</summary>
    private static async Task<PortDocument> FirstLifeAsync(GatewayRun run)
    {
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.DeprovisionAsync("x")).Is(200);
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);
        return (await run.PortsAsync()).ShouldHaveSingleItem();
    }

    private static async Task<(PortDocument Earlier, PortDocument Port)> SecondLifeOpeningAsync(GatewayRun run, bool requested = false)
    {
        var earlier = await FirstLifeAsync(run);
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(requested ? new { port = earlier.Port } : null), incomplete: true)).Is(202);
        var port = await OpeningAsync(run, _ => true);
        port.Port.ShouldBe(earlier.Port, "the id gets its port back");
        port.Life.ShouldBeGreaterThan(earlier.Life);
        return (earlier, port);
    }

    private static async Task<PortDocument> OpeningAsync(GatewayRun run, Func<PortDocument, bool> isMeant)
    {
        await Eventually.TrueAsync(
            async () => (await run.AllAsync<SagaDocument<ProvisionPortState>>()).Any(saga => saga.Saga.CurrentState == nameof(ProvisionPortStateMachine.Opening))
                && (await run.PortsAsync()).Any(port => port.State == PortState.Active && isMeant(port)),
            "the port is allocated, and waited for",
            cancellationToken: Token);
        return (await run.PortsAsync()).Single(port => port.State == PortState.Active);
    }

    private static Task ClosingAsync(GatewayRun run) => Eventually.TrueAsync(
        async () => (await run.AllAsync<SagaDocument<ReleasePortState>>()).Any(saga => saga.Saga.CurrentState == nameof(ReleasePortStateMachine.Closing)),
        "the release waits for the workers",
        cancellationToken: Token);

    private static async Task<ProvisionPortState> SagaAsync(GatewayRun run) => (await run.AllAsync<SagaDocument<ProvisionPortState>>()).ShouldHaveSingleItem().Saga;

    private static Task EndsAsync(GatewayRun run, string state)
        => Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x")).State == state, $"the operation has {state}", cancellationToken: Token);

    private static PortOpened Opened(PortDocument port, long? life)
        => new() { WorkerId = FakeWorker.Id, Pool = port.Pool, Port = port.Port, ServiceInstanceId = port.ServiceInstanceId, Life = life };

    private static PortClosed Closed(PortDocument port, long? life)
        => new() { WorkerId = FakeWorker.Id, Pool = port.Pool, Port = port.Port, ServiceInstanceId = port.ServiceInstanceId, Life = life };

    private static PortRefused Refused(PortDocument port, long? life) => new()
    {
        WorkerId = FakeWorker.Id,
        Pool = port.Pool,
        Port = port.Port,
        ServiceInstanceId = port.ServiceInstanceId,
        Life = life,
        Protocol = TransportProtocol.Tcp,
        Reason = "address in use",
    };
}
