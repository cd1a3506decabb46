using System.Collections.Concurrent;
using Harbor.Hosting.Bus;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Harbor.Hosting.Tests.Bus;

public sealed class BusTests(RabbitMqServer rabbit)
{
    [Theory]
    [InlineData("InMemory")]
    [InlineData("RabbitMq")]
    public async Task Request_OverTheBus_IsAnswered(string transport)
    {
        await using var host = await StartAsync(transport, rabbit.NextVirtualHost());

        (await AskAsync(host, 7)).ShouldBe(7);
    }

    [Fact]
    public async Task Queues_OfConsumers_AreQuorumQueuesAndTemporaryOnesAreNot()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = rabbit.NextVirtualHost();
        await using var host = await StartAsync("RabbitMq", address);
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(cancellation);

        // Declaring it as another kind is refused, and the refusal names the kind that it has.
        (await DeclareClassicAsync(connection, "ping")).ShouldContain("received 'classic' but current is 'quorum'", Case.Insensitive, await DeclareClassicAsync(connection, "ping"));
        (await DeclareClassicAsync(connection, "temporary-pong")).ShouldNotContain("quorum");
    }

    [Fact]
    public async Task Broker_CutAndRestored_RequestsAreAnsweredAgainAndTheStateSaysSo()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = rabbit.NextVirtualHost();
        await using var link = LinkProxy.Start(address);
        await using var host = await StartAsync("RabbitMq", link.Through(address));
        var state = host.Services.GetRequiredService<BusState>();
        state.IsUp.ShouldBeTrue();

        await link.CutAsync();
        await Eventually.TrueAsync(() => !state.IsUp, "the bus is down", cancellationToken: cancellation);
        state.Problem.ShouldNotBeEmpty();

        link.Restore();
        await Eventually.TrueAsync(() => state.IsUp, "the bus is up again", cancellationToken: cancellation);
        (await AskAsync(host, 8)).ShouldBe(8);
    }

    [Fact]
    public async Task Publish_InMemory_ReachesEveryConsumerOnce()
    {
        var seen = new ConcurrentBag<int>();
        Task Seen(Pong pong)
        {
            seen.Add(pong.Number);
            return Task.CompletedTask;
        }

        await using var host = await TestHost.StartAsync(
            new Dictionary<string, string?>(), [new TestModule { OnBus = bus => bus.AddHandler((Pong pong) => Seen(pong)) }], TestContext.Current.CancellationToken);
        var bus = host.Services.GetRequiredService<IBus>();
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => bus.Publish(new Pong { Number = number }, TestContext.Current.CancellationToken)));

        await Eventually.TrueAsync(() => seen.Count >= 1000, "1000 messages", cancellationToken: TestContext.Current.CancellationToken);
        seen.ShouldBe(Enumerable.Range(0, 1000), ignoreOrder: true);
    }

    [Theory]
    [InlineData("amqp://u:p%40ss@host", "host:5672, vhost /, user u", "p@ss", false)]
    [InlineData("amqps://u:p@host/a%2Fb", "host:5671, vhost a/b, user u", "p", true)]
    [InlineData("amqp://host:5673/v", "host:5673, vhost v, user guest", "guest", false)]
    public void Address_OfABroker_IsTakenApart(string uri, string shown, string password, bool tls)
    {
        var address = new RabbitMqAddress(uri);

        address.ToString().ShouldBe(shown);
        (address.Password, address.UsesTls).ShouldBe((password, tls));
    }

    private static async Task<int> AskAsync(TestHost host, int number)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<IRequestClient<Ping>>();
        var answer = await client.GetResponse<Pong>(new Ping { Number = number }, TestContext.Current.CancellationToken, RequestTimeout.After(s: 20));
        return answer.Message.Number;
    }

    private static async Task<string> DeclareClassicAsync(IConnection connection, string queue)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync();
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments: new Dictionary<string, object?> { ["x-queue-type"] = "classic" });
            return "declared";
        }
        catch (OperationInterruptedException exception)
        {
            return exception.Message;
        }
    }

    private static Task<TestHost> StartAsync(string transport, string address) => TestHost.StartAsync(
        new Dictionary<string, string?> { ["Harbor:Bus:Transport"] = transport, ["Harbor:Bus:RabbitMq:Uri"] = address },
        [
            new TestModule
            {
                OnBus = bus =>
                {
                    bus.AddConsumer<PingConsumer>();
                    bus.AddConsumer<TemporaryConsumer>().Endpoint(endpoint =>
                    {
                        endpoint.Name = "temporary-pong";
                        endpoint.Temporary = true;
                    });
                },
            },
        ],
        TestContext.Current.CancellationToken);
}
