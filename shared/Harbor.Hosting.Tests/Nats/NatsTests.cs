using Harbor.Testing;
using Harbor.Testing.Links;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;

namespace Harbor.Hosting.Tests.Nats;

public sealed class NatsTests(PasswordNatsServer nats) : IClassFixture<PasswordNatsServer>
{
    [Fact]
    public async Task Connection_WithUserAndPassword_PublishesAndSubscribes()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var host = await StartAsync(nats.Address);
        var connection = host.Services.GetRequiredService<INatsConnection>();
        await using var subscription = await connection.SubscribeCoreAsync<string>("harbor.test", cancellationToken: cancellation);
        await connection.PingAsync(cancellation);

        await connection.PublishAsync("harbor.test", "hello", cancellationToken: cancellation);

        (await subscription.Msgs.ReadAsync(cancellation)).Data.ShouldBe("hello");
    }

    [Fact]
    public async Task Connection_CutAndRestored_KeepsItsSubscriptions()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var link = LinkProxy.Start(nats.Address);
        await using var host = await StartAsync(link.Through(nats.Address));
        var connection = host.Services.GetRequiredService<NatsConnection>();
        await using var subscription = await connection.SubscribeCoreAsync<string>("harbor.again", cancellationToken: cancellation);

        await link.CutAsync();
        await Eventually.TrueAsync(() => connection.ConnectionState != NatsConnectionState.Open, "the connection is lost", cancellationToken: cancellation);
        link.Restore();
        await Eventually.TrueAsync(() => connection.ConnectionState == NatsConnectionState.Open, "the connection is back", cancellationToken: cancellation);
        await connection.PingAsync(cancellation);
        await connection.PublishAsync("harbor.again", "hello", cancellationToken: cancellation);

        (await subscription.Msgs.ReadAsync(cancellation)).Data.ShouldBe("hello");
    }

    [Fact]
    public async Task Subscription_ThatDoesNotKeepUp_LosesTheOldestAndIsCounted()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var host = await StartAsync(nats.Address, ("Harbor:Nats:PendingMessages", "16"));
        var connection = host.Services.GetRequiredService<INatsConnection>();
        await using var subscription = await connection.SubscribeCoreAsync<int>("harbor.flood", cancellationToken: cancellation);
        await connection.PingAsync(cancellation);
        for (var number = 0; number < 100; number++)
        {
            await connection.PublishAsync("harbor.flood", number, cancellationToken: cancellation);
        }

        await Eventually.TrueAsync(
            async () => (await host.Http.GetStringAsync("/metrics", cancellation)).Contains("harbor_nats_messages_dropped_total{", StringComparison.Ordinal)
                && (await DroppedAsync(host)) >= 84,
            "84 dropped messages counted",
            cancellationToken: cancellation);
        (await subscription.Msgs.ReadAsync(cancellation)).Data.ShouldBe(84);
    }

    [Fact]
    public async Task Connection_WrongPassword_EndsTheStartNamingNats()
    {
        var failure = await Should.ThrowAsync<HarborStartException>(StartAsync(nats.Address, ("Harbor:Nats:Password", "wrong"), ("Harbor:Start:DependencyTimeout", "00:00:01")));

        failure.ExitCode.ShouldBe(69);
        failure.Message.ShouldContain("Harbor:Nats:Url");
        failure.Message.ShouldNotContain("wrong");
    }

    private static async Task<double> DroppedAsync(TestHost host) => (await host.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
        .Split('\n')
        .Where(line => line.StartsWith("harbor_nats_messages_dropped_total{", StringComparison.Ordinal) && line.Contains("harbor.flood", StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split("} ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    private static Task<TestHost> StartAsync(string url, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?> { ["Harbor:Nats:Url"] = url, ["Harbor:Nats:User"] = PasswordNatsServer.User, ["Harbor:Nats:Password"] = PasswordNatsServer.Password };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return TestHost.StartAsync(all, [new TestModule { OnServices = builder => builder.AddHarborNats() }], TestContext.Current.CancellationToken);
    }
}
