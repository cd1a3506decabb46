using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;
using NATS.Client.Core;
using RabbitMQ.Client;

namespace Harbor.Hosting.Tests.Testing;

public sealed class ServerTests(RabbitMqServer rabbit, OwnMongoServer mongo, OwnNatsServer nats) : IClassFixture<OwnMongoServer>, IClassFixture<OwnNatsServer>
{
    [Fact]
    public async Task Nats_KilledAndRestarted_AnswersAtTheSameAddress()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var first = new NatsConnection(NatsOpts.Default with { Url = nats.Address });
        await first.PingAsync(cancellation);

        await nats.KillAsync();
        await nats.RestartAsync(cancellation);

        await using var second = new NatsConnection(NatsOpts.Default with { Url = nats.Address });
        await second.PingAsync(cancellation);
    }

    [Fact]
    public async Task RabbitMq_NextVirtualHost_IsAnotherEachTime()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (one, other) = (rabbit.NextVirtualHost(), rabbit.NextVirtualHost());
        one.ShouldNotBe(other);
        foreach (var address in new[] { one, other })
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(cancellation);
            connection.IsOpen.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Mongo_NewDatabase_TakesDocumentsAndIsDropped()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = new MongoClient(mongo.Address);
        string name;
        await using (var database = mongo.NewDatabase())
        {
            name = database.Name;
            using var own = new MongoClient(database.ConnectionString);
            await own.GetDatabase(name).GetCollection<BsonDocument>("things").InsertOneAsync(new BsonDocument("a", 1), cancellationToken: cancellation);
            (await client.GetDatabase(name).GetCollection<BsonDocument>("things").CountDocumentsAsync("{}", cancellationToken: cancellation)).ShouldBe(1);
        }

        (await (await client.ListDatabaseNamesAsync(cancellation)).ToListAsync(cancellation)).ShouldNotContain(name);
    }

    [Fact]
    public async Task Link_CutAndRestored_ResetsAndServesAgain()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var link = LinkProxy.Start(nats.Address);
        await using var connection = new NatsConnection(NatsOpts.Default with { Url = link.Through(nats.Address), ReconnectWaitMin = TimeSpan.FromMilliseconds(10) });
        await connection.PingAsync(cancellation);

        await link.CutAsync();
        await Eventually.TrueAsync(() => connection.ConnectionState != NatsConnectionState.Open, "the connection is lost", cancellationToken: cancellation);
        link.Connections.ShouldBe(0);

        link.Restore();
        await Eventually.TrueAsync(() => connection.ConnectionState == NatsConnectionState.Open, "the connection is back", cancellationToken: cancellation);
    }
}
