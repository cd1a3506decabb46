using Harbor.Contracts.Allocation;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Pools;

/// <summary>A port that cannot be had: the answer says why, and nobody tries again by himself.</summary>
public sealed class ScarcePortsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pool_WithoutAFreePort_IsNotAskedAgain(bool incomplete)
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Pools:default:PortRange"] = "22000-22000",
            ["Harbor:Gateway:Broker:Moment"] = "00:00:20",
            ["Harbor:Gateway:Broker:FirstResend"] = "00:00:00.050",
        });
        (await run.Broker.ProvisionAsync("has-it")).Is(201);

        (await run.Broker.ProvisionAsync("late", incomplete: incomplete)).IsError(400).Description!.ShouldContain("in use");

        // More than once where the refusal itself was long on its way.
        var asked = Asked();

        // Long enough for several more, were it tried again: another instance's whole life passes, and the resending of others would have begun.
        (await run.Broker.DeprovisionAsync("has-it")).Is(200);
        (await run.Broker.ProvisionAsync("has-it")).Is(201);
        Asked().ShouldBe(asked);

        int Asked() => run.Edge.ReceivedOf<AllocatePort>().Count(command => command.ServiceInstanceId == "late");
    }

    [Fact]
    public async Task RequestedPort_InQuarantine_IsForItsLastOwnerAlone()
    {
        await using var run = await GatewayRun.StartAsync();
        var wanted = BrokerClient.ProvisionBody(new { port = 20000 });
        (await run.Broker.ProvisionAsync("first", wanted)).Is(201);
        (await run.Broker.DeprovisionAsync("first")).Is(200);

        (await run.Broker.ProvisionAsync("second", wanted)).IsError(400).Description!.ShouldContain("a short while ago");
        run.Edge.ReceivedOf<AllocatePort>().ShouldNotContain(command => command.ServiceInstanceId == "second");
        (await run.Broker.ProvisionAsync("first", wanted)).Is(201);
        (await run.PortsAsync()).ShouldHaveSingleItem().ServiceInstanceId.ShouldBe("first");
    }

    [Fact]
    public async Task RequestedPort_WhoseQuarantineIsOver_IsAskedForAlsoBeforeItIsSwept()
    {
        await using var run = await GatewayRun.StartAsync();
        var wanted = BrokerClient.ProvisionBody(new { port = 20000 });
        (await run.Broker.ProvisionAsync("first", wanted)).Is(201);
        (await run.Broker.DeprovisionAsync("first")).Is(200);
        var port = (await run.PortsAsync()).Single();
        await run.Documents<PortDocument>().ReplaceAsync(port with { QuarantinedUntil = port.ReleasedAt }, Token);

        await run.Broker.ProvisionAsync("second", wanted);

        await Eventually.TrueAsync(() => run.Edge.ReceivedOf<AllocatePort>().Any(command => command.ServiceInstanceId == "second"), "the node is asked", cancellationToken: Token);
    }
}
