using Harbor.Contracts.Bindings;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Lives;

/// <summary>The commands that the node gets say which life of the binding's id they are of.</summary>
public sealed class BindingLivesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Asynchronously: what was removed is remembered, otherwise it is not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Binding_MadeAnewUnderItsId_IsOfALaterLife(bool incomplete)
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        for (var round = 0; round < 3; round++)
        {
            (await run.Broker.BindAsync("x", "b")).Is(201);
            (await run.Broker.UnbindAsync("x", "b", incomplete)).Status.ShouldBeOneOf(200, 202);
            await Eventually.TrueAsync(async () => (await run.AllAsync<BindingDocument>()).All(binding => binding.State == BindingState.Removed), "the binding is gone", cancellationToken: Token);
        }

        var bound = run.Edge.ReceivedOf<BindApp>().Select(command => command.BindingLife.ShouldNotBeNull()).Distinct().ToList();
        bound.Count.ShouldBe(3);
        bound.ShouldBeInOrder();
        run.Edge.ReceivedOf<UnbindApp>().Select(command => command.BindingLife.ShouldNotBeNull()).Distinct().ShouldBe(bound);
    }

    [Fact]
    public async Task Binding_StoredBeforeTheyWereNumbered_IsRemovedWhicheverItIs()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        var bindings = run.Documents<BindingDocument>();
        await bindings.ReplaceAsync((await bindings.GetAsync("b", Token))! with { OwnLife = null }, Token);

        (await run.Broker.UnbindAsync("x", "b")).Is(200);

        run.Edge.ReceivedOf<UnbindApp>().ShouldHaveSingleItem().BindingLife.ShouldBeNull();
        (await run.PortsAsync()).ShouldHaveSingleItem().Apps.ShouldBeEmpty();
    }
}
