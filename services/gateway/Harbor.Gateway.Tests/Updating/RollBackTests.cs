using Harbor.Contracts.Allocation;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Gateway.Tests.Updating;

/// <summary>What becomes of the port when an update fails while nobody knows whether its command was carried out.</summary>
public sealed class RollBackTests
{
    private static readonly Dictionary<string, string?> _short = new() { ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.5" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RollBack_LostOnItsWay_IsSentUntilThePortFollows(bool gatewayDies)
    {
        await using var run = await GatewayRun.StartAsync(_short);
        await FailedAsync(run);

        // As if the update had been carried out at the last moment.
        var late = run.Edge.ReceivedOf<ChangePortPolicy>().First();
        var port = (await run.PortsAsync()).Single();
        (await run.Documents<PortDocument>().ReplaceAsync(port with { Policy = late.Policy, PolicyRevision = late.PolicyRevision }, Token)).Written.ShouldBeTrue();

        if (gatewayDies)
        {
            await run.RestartAsync();
        }

        run.Edge.NodeIsDown = false;
        await RolledBackAsync(run);
        (await run.PortsAsync()).Single().Policy.HoldSeconds.ShouldBe(2);
    }

    [Fact]
    public async Task FailedUpdate_CarriedOutLate_ChangesNothing()
    {
        await using var run = await GatewayRun.StartAsync(_short);
        await FailedAsync(run);
        run.Edge.NodeIsDown = false;
        await RolledBackAsync(run);

        await AgainAsync(run, run.Edge.ReceivedOf<ChangePortPolicy>().First(command => command.Policy.HoldSeconds == 7));

        (await run.PortsAsync()).Single().Policy.HoldSeconds.ShouldBe(2);
    }

    [Fact]
    public async Task RollBack_CarriedOutAfterTheNextUpdate_ChangesNothing()
    {
        await using var run = await GatewayRun.StartAsync(_short);
        await FailedAsync(run);
        var rollBack = await Eventually.GetAsync(
            () => Task.FromResult(run.Edge.ReceivedOf<ChangePortPolicy>().FirstOrDefault(command => command.Policy.HoldSeconds == 2)),
            command => command is not null,
            "the roll-back is sent",
            cancellationToken: Token);
        await run.RestartAsync(() => run.Edge.NodeIsDown = false);
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 9 }))).Is(200);
        (await StoredAsync(run)).RollBackDueAt.ShouldBeNull();

        await AgainAsync(run, rollBack!);

        (await run.PortsAsync()).Single().Policy.HoldSeconds.ShouldBe(9);
    }

    [Fact]
    public async Task RollBack_OfAPortThatIsGone_Ends()
    {
        await using var run = await GatewayRun.StartAsync(_short);
        await FailedAsync(run);
        await run.Documents<PortDocument>().DeleteAsync((await run.PortsAsync()).Single(), Token);
        run.Edge.NodeIsDown = false;
        await RolledBackAsync(run);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An instance whose policy was to become another one, until time was over: the node is down, and has heard of nothing.</summary>
    private static async Task FailedAsync(GatewayRun run)
    {
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { hold_seconds = 2 }))).Is(201);
        run.Edge.NodeIsDown = true;
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 7 }), incomplete: true)).Is(202);
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x")).State == "failed", "the update fails", cancellationToken: Token);
        (await StoredAsync(run)).RollBackDueAt.ShouldNotBeNull();
    }

    private static Task RolledBackAsync(GatewayRun run)
        => Eventually.GetAsync(() => StoredAsync(run), stored => stored.RollBackDueAt is null, "the roll-back is confirmed", cancellationToken: Token);

    private static async Task<ServiceInstanceDocument> StoredAsync(GatewayRun run) => (await run.Documents<ServiceInstanceDocument>().GetAsync("x", Token))!;

    /// <summary>Delivers a command once more, and waits until the node is through with it.</summary>
    private static async Task AgainAsync(GatewayRun run, ChangePortPolicy command)
    {
        var answer = await run.Services.GetRequiredService<IBus>().CreateRequestClient<ChangePortPolicy>().GetResponse<PortPolicyChanged>(command, Token);
        answer.Message.PolicyRevision.ShouldBeGreaterThan(command.PolicyRevision);
    }
}
