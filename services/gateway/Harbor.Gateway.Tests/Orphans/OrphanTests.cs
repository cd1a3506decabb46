using Harbor.Contracts.Allocation;
using Harbor.Contracts.Bindings;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Ports;
using Harbor.Gateway.Orphans;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Gateway.Tests.Orphans;

/// <summary>What is held and who should hold it do not fit, for whatever reason; and messages that come long after what they were about.</summary>
public sealed class OrphanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nobody")]
    [InlineData("tombstone")]
    [InlineData("earlier life")]
    [InlineData("another port")]
    public async Task Port_OfNoLiveInstance_IsGivenBack(string owner)
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        var port = (await run.PortsAsync()).ShouldHaveSingleItem();
        var instances = run.Documents<ServiceInstanceDocument>();
        var instance = (await instances.GetAsync("x", Token))!;
        if (owner == "nobody")
        {
            await instances.DeleteAsync(instance, Token);
        }
        else
        {
            await instances.ReplaceAsync(
                owner switch
                {
                    "tombstone" => instance with { State = ServiceInstanceState.Deleted, Port = null },
                    "earlier life" => instance with { State = ServiceInstanceState.Failed, Life = instance.Life + 1, Port = null },
                    _ => instance with { Port = port.Port + 1 },
                },
                Token);
        }

        await SweepsAsync(run, async () => (await run.Documents<PortDocument>().GetAsync(port.Id, Token)) is null or { State: PortState.Quarantined }, "the port is given back");

        var release = run.Edge.ReceivedOf<ReleasePort>().First();
        (release.Port, release.Life).ShouldBe((port.Port, port.Life));
    }

    [Fact]
    public async Task Ports_OfProvisionsUnderWay_AreNeverTouched()
    {
        await using var run = await GatewayRun.StartAsync();
        run.Edge.AnswersAreLost = true;
        using var ends = new CancellationTokenSource();
        var sweeping = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => SweepUntilAsync(run, ends.Token)));
        var provisions = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => run.Broker.ProvisionAsync($"x{number}", incomplete: true)));
        provisions.ShouldAllBe(answer => answer.Status == 202);
        await Eventually.TrueAsync(async () => (await run.PortsAsync()).Count == 20, "all have their ports", cancellationToken: Token);
        run.Edge.AnswersAreLost = false;
        await Eventually.TrueAsync(
            async () => (await run.AllAsync<ServiceInstanceDocument>()).All(instance => instance.State == ServiceInstanceState.Active), "all are active", cancellationToken: Token);
        await ends.CancelAsync();
        await sweeping;

        run.Edge.ReceivedOf<ReleasePort>().ShouldBeEmpty();
        (await run.PortsAsync()).Count(port => port.State == PortState.Active).ShouldBe(20);
    }

    [Fact]
    public async Task LivesThatComeAndGo_WhileTwoSweep_KeepWhatIsTheirs()
    {
        await using var run = await GatewayRun.StartAsync();
        using var ends = new CancellationTokenSource();
        var sweeping = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => SweepUntilAsync(run, ends.Token)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            for (var life = 0; life < 5; life++)
            {
                (await run.Broker.ProvisionAsync($"x{number}")).Is(201);
                (await run.Broker.BindAsync($"x{number}", $"b{number}")).Is(201);
                if (life < 4)
                {
                    (await run.Broker.DeprovisionAsync($"x{number}")).Is(200);
                }
            }
        }));
        await ends.CancelAsync();
        await sweeping;

        var instances = await run.AllAsync<ServiceInstanceDocument>();
        var ports = (await run.PortsAsync()).Where(port => port.State == PortState.Active).ToList();
        ports.Select(port => (port.ServiceInstanceId, (int?)port.Port, port.Life)).Order().ShouldBe(instances.Select(instance => (instance.Id, instance.Port, instance.Life)).Order());
        ports.ShouldAllBe(port => port.Apps.Count == 1);
        run.Edge.ReceivedOf<ReleasePort>().ShouldAllBe(release => release.Port == null, "no port was taken for an orphan");
        run.Edge.ReceivedOf<BindApp>().ShouldAllBe(bind => bind.IntPort == null, "no binding was taken for lost");
        run.Edge.ReceivedOf<AllocatePort>().ShouldAllBe(allocate => allocate.RequestedPort == null, "no port was taken for lost");
    }

    [Fact]
    public async Task Instance_WhosePortIsLost_GetsItBackWithItsBindings()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { hold_seconds = 7 }))).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        var before = (await run.PortsAsync()).ShouldHaveSingleItem();
        await run.Documents<PortDocument>().DeleteAsync(before, Token);

        await SweepsAsync(run, async () => (await run.PortsAsync()).SingleOrDefault()?.Apps.Count == 1, "the port is there again, with its application");

        var after = (await run.PortsAsync()).ShouldHaveSingleItem();
        (after.Port, after.Life, after.Policy.HoldSeconds, after.ServiceInstanceId).ShouldBe((before.Port, before.Life, 7, "x"));
        after.Apps.ShouldHaveSingleItem().BindingIds.ShouldBe(["b"]);
    }

    [Fact]
    public async Task Instance_WhosePortAnotherHas_IsLeftToTheOperator()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.ProvisionAsync("y")).Is(201);
        var ports = run.Documents<PortDocument>();
        var ofX = (await run.PortsAsync()).Single(port => port.ServiceInstanceId == "x");
        await ports.DeleteAsync(ofX, Token);
        var instances = run.Documents<ServiceInstanceDocument>();
        var y = (await instances.GetAsync("y", Token))!;
        await ports.DeleteAsync((await run.PortsAsync()).ShouldHaveSingleItem(), Token);
        await ports.InsertAsync(ofX with { ServiceInstanceId = "y", Life = y.Life }, Token);
        await instances.ReplaceAsync(y with { Port = ofX.Port }, Token);
        var commands = run.Edge.Received.Count;

        await SeenAsync(run, instance => instance.Id == "y" && instance.Port == ofX.Port);
        await run.Services.GetRequiredService<OrphanSweep>().RunOnceAsync(Token);

        run.Edge.Received.Count.ShouldBe(commands);
    }

    [Fact]
    public async Task Bindings_OfNobody_AreRemovedOnBothSides()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        (await run.Broker.BindAsync("x", "key", BrokerClient.BindBody(app: null))).Is(201);
        var bindings = run.Documents<BindingDocument>();
        var port = (await run.PortsAsync()).ShouldHaveSingleItem();
        await run.Documents<PortDocument>().ReplaceAsync(port with { Bindings = [new() { BindingId = "b", Life = 7 }] }, Token);
        await bindings.DeleteAsync((await bindings.GetAsync("b", Token))!, Token);
        await bindings.InsertAsync((await bindings.GetAsync("key", Token))! with { Id = "of-an-earlier-life", Life = 1 }, Token);
        await bindings.InsertAsync((await bindings.GetAsync("key", Token))! with { Id = "of-nobody", ServiceInstanceId = "gone" }, Token);

        await SweepsAsync(run, async () => (await run.PortsAsync()).ShouldHaveSingleItem().Apps.Count == 0, "the application is gone from the port");

        (await run.AllAsync<BindingDocument>()).ShouldHaveSingleItem().Id.ShouldBe("key");
        run.Edge.ReceivedOf<UnbindApp>().ShouldAllBe(command => command.BindingLife == 7, "the next life of the binding's id may have begun by now");
    }

    [Fact]
    public async Task ProvisionThatComesAgainAfterItsDeadline_LeavesTheActiveInstanceItsPort()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        var instance = (await run.Documents<ServiceInstanceDocument>().GetAsync("x", Token))!;
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);

        // Redelivered by the bus when its operation is long over, and nobody answers it.
        await PublishAsync(run, Provision(instance) with { Deadline = instance.CreatedAt });

        await Eventually.TrueAsync(() => run.Edge.ReceivedOf<AllocatePort>().Count() >= 2, "the saga runs again", cancellationToken: Token);
        await NoSagasAsync(run);
        run.Edge.ReceivedOf<ReleasePort>().ShouldBeEmpty();
        (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Active);
    }

    [Fact]
    public async Task CommandsOfAnEarlierLife_LeaveTheNewOneAlone()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        var earlier = (await run.Documents<ServiceInstanceDocument>().GetAsync("x", Token))!;
        (await run.Broker.DeprovisionAsync("x")).Is(200);
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { protocol = "udp" }))).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        (await run.Broker.BindAsync("x", "key", BrokerClient.BindBody(app: null))).Is(201);

        var operation = Guid.NewGuid().ToString("D");
        await PublishAsync(run, new DeprovisionPort { OperationId = operation, ServiceInstanceId = "x", Life = earlier.Life, Pool = "default", Deadline = earlier.CreatedAt.AddYears(1) });
        await PublishAsync(run, Provision(earlier));
        await PublishAsync(run, new ReleasePort { OperationId = operation, ServiceInstanceId = "x", Life = earlier.Life, Pool = "default" });
        await PublishAsync(run, new BindApp { BindingId = "late", ServiceInstanceId = "x", Life = earlier.Life, AppGuid = "other" });
        await PublishAsync(run, new UnbindApp { BindingId = "b", ServiceInstanceId = "x", Life = earlier.Life });

        await Eventually.TrueAsync(
            () => run.Edge.ReceivedOf<ReleasePort>().Any(release => release.OperationId == operation) && run.Edge.ReceivedOf<UnbindApp>().Any(), "all is carried out", cancellationToken: Token);
        await NoSagasAsync(run);
        var port = (await run.PortsAsync()).Where(one => one.State == PortState.Active).ShouldHaveSingleItem();
        (port.Protocol, port.Apps.Single().BindingIds.Single()).ShouldBe((PortProtocol.Udp, "b"));
        (await run.AllAsync<BindingDocument>()).Count.ShouldBe(2);
        (await run.Broker.FetchAsync("x")).Is(200);
    }

    private static ProvisionPort Provision(ServiceInstanceDocument instance) => new()
    {
        OperationId = instance.Operation.Id,
        ServiceInstanceId = instance.Id,
        Life = instance.Life,
        Pool = instance.Pool,
        Protocol = instance.Protocol,
        Policy = new PortPolicy(),
        PolicyRevision = instance.PolicyRevision,
        Deadline = instance.CreatedAt.AddYears(1),
    };

    private static Task PublishAsync<T>(GatewayRun run, T message)
        where T : class
        => run.Services.GetRequiredService<IBus>().Publish(message, Token);

    private static Task NoSagasAsync(GatewayRun run) => Eventually.TrueAsync(
        async () => (await run.AllAsync<State.Sagas.SagaDocument<Provisioning.ProvisionPortState>>()).Count == 0
            && (await run.AllAsync<State.Sagas.SagaDocument<Deprovisioning.ReleasePortState>>()).Count == 0,
        "the sagas have ended",
        cancellationToken: Token);

    /// <summary>Until it is so: the gateway's view of the instances may be behind what the test has stored.</summary>
    private static Task SweepsAsync(GatewayRun run, Func<Task<bool>> condition, string expected) => Eventually.TrueAsync(
        async () =>
        {
            await run.Services.GetRequiredService<OrphanSweep>().RunOnceAsync(Token);
            return await condition();
        },
        expected,
        cancellationToken: Token);

    private static Task SeenAsync(GatewayRun run, Func<ServiceInstanceDocument, bool> condition) => Eventually.TrueAsync(
        () => run.Services.GetRequiredService<DocumentView<ServiceInstanceDocument>>().All.Any(condition), "the gateway has seen it", cancellationToken: Token);

    /// <summary>On a thread of its own: what SQLite answers at once never yields.</summary>
    private static Task SweepUntilAsync(GatewayRun run, CancellationToken ends) => Task.Run(
        async () =>
        {
            while (!ends.IsCancellationRequested)
            {
                await run.Services.GetRequiredService<OrphanSweep>().RunOnceAsync(Token);
                await Task.Yield();
            }
        },
        Token);
}
