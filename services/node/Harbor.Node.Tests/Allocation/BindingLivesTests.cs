using Harbor.Contracts.Bindings;
using Harbor.Node.Allocation;
using Harbor.State.Documents;
using Harbor.Testing.Servers;

namespace Harbor.Node.Tests.Allocation;

/// <summary>A binding's id is used again, while commands of its earlier life are still on their way.</summary>
public sealed class BindingLivesTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    [Fact]
    public async Task Bind_OfALifeThatHasEnded_BindsNothing()
    {
        await using var rig = await StartAsync();
        await BindAsync(rig, life: 5);
        await UnbindAsync(rig, life: 5);

        (await TryBindAsync(rig, life: 5)).ShouldBeOfType<BindAppRefused>();
        (await TryBindAsync(rig, life: 4)).ShouldBeOfType<BindAppRefused>();

        (await AppsAsync(rig)).ShouldBe("");
        await BindAsync(rig, life: 6);
        (await AppsAsync(rig)).ShouldBe("mud by b");
    }

    [Fact]
    public async Task Bind_AfterItsOwnUnbind_BindsNothing()
    {
        await using var rig = await StartAsync();
        await UnbindAsync(rig, life: 5);

        (await TryBindAsync(rig, life: 5)).ShouldBeOfType<BindAppRefused>();

        (await AppsAsync(rig)).ShouldBe("");
    }

    [Fact]
    public async Task Bind_OfALaterLife_TakesThePlaceOfTheEarlierOne()
    {
        await using var rig = await StartAsync();
        await BindAsync(rig, life: 5);
        await BindAsync(rig, life: 6, app: "chat");

        (await TryBindAsync(rig, life: 5)).ShouldBeOfType<BindAppRefused>();

        (await AppsAsync(rig)).ShouldBe("chat by b");
    }

    [Fact]
    public async Task Bind_ThatComesTwice_IsAnsweredTwiceAndBindsOnce()
    {
        await using var rig = await StartAsync();
        await BindAsync(rig, life: 5);
        await BindAsync(rig, life: 5);

        (await AppsAsync(rig)).ShouldBe("mud by b");
    }

    [Fact]
    public async Task Unbind_OfAnEarlierLife_LeavesTheLaterOne()
    {
        await using var rig = await StartAsync();
        await BindAsync(rig, life: 6);
        await UnbindAsync(rig, life: 5);

        (await AppsAsync(rig)).ShouldBe("mud by b");
    }

    [Fact]
    public async Task Commands_OfAGatewayThatDoesNotNumberThem_WorkAsEver()
    {
        await using var rig = await StartAsync();
        await BindAsync(rig, life: null);
        await UnbindAsync(rig, life: null);
        (await AppsAsync(rig)).ShouldBe("");
        await BindAsync(rig, life: null);
        await BindAsync(rig, life: 5);
        await UnbindAsync(rig, life: null);
        (await AppsAsync(rig)).ShouldBe("");
        await BindAsync(rig, life: 6);
        await UnbindAsync(rig, life: 6);
        await BindAsync(rig, life: null);
        (await AppsAsync(rig)).ShouldBe("mud by b");
    }

    [Fact]
    public async Task Bind_RacingItsUnbind_NeverOutlivesIt()
    {
        await using var rig = await StartAsync();
        for (var life = 1; life <= 50; life++)
        {
            await Task.WhenAll(TryBindAsync(rig, life), TryBindAsync(rig, life), UnbindAsync(rig, life), TryBindAsync(rig, life));

            (await AppsAsync(rig)).ShouldBe("", $"life {life}");
        }
    }

    [Fact]
    public async Task EndedBindings_AreRememberedUpToANumber_AndThoseThatBindAlways()
    {
        await using var rig = await StartAsync();
        await BindAsync(rig, life: 1, binding: "stays");
        for (var number = 0; number <= PortBindings.Remembered; number++)
        {
            await BindAsync(rig, life: 1, binding: $"b{number}");
            await UnbindAsync(rig, life: 1, binding: $"b{number}");
        }

        var port = (await rig.Ports.QueryAsync(DocumentQuery.All, NodeRig.Cancellation)).ShouldHaveSingleItem();
        port.Bindings.Select(binding => binding.BindingId).ShouldBe(["stays", .. Enumerable.Range(1, PortBindings.Remembered).Select(number => $"b{number}")]);
        (await TryBindAsync(rig, life: 1, binding: "b1")).ShouldBeOfType<BindAppRefused>();
        (await AppsAsync(rig)).ShouldBe("mud by stays");
    }

    /// <summary>A node, with a port for one service instance.</summary>
    private async Task<NodeRig> StartAsync()
    {
        var rig = await NodeRig.StartAsync(nats.Address);
        await rig.AllocateAsync("s1");
        return rig;
    }

    private static Task<object> TryBindAsync(NodeRig rig, long? life, string app = "mud", string binding = "b")
        => rig.AskAsync<BindApp, AppBound, BindAppRefused>(new BindApp { BindingId = binding, ServiceInstanceId = "s1", Life = 1, BindingLife = life, AppGuid = app });

    private static async Task BindAsync(NodeRig rig, long? life, string app = "mud", string binding = "b")
        => (await TryBindAsync(rig, life, app, binding)).ShouldBeOfType<AppBound>();

    private static Task UnbindAsync(NodeRig rig, long? life, string binding = "b")
        => rig.AskAsync<UnbindApp, AppUnbound>(new UnbindApp { BindingId = binding, ServiceInstanceId = "s1", Life = 1, BindingLife = life });

    private static async Task<string> AppsAsync(NodeRig rig)
        => string.Join(", ", (await rig.Ports.QueryAsync(DocumentQuery.All, NodeRig.Cancellation)).ShouldHaveSingleItem().Apps.Select(app => $"{app.AppGuid} by {string.Join("+", app.BindingIds)}"));
}
