using Harbor.State.Mongo;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.LoadTests.Systems;

/// <summary>Gateway, node and one proxy worker, each a process, over RabbitMQ, MongoDB (or what speaks its protocol) and NATS.</summary>
internal static class ClusterSystem
{
    /// <param name="rabbit">One that runs, borrowed; null: it has one of its own.</param>
    /// <param name="firstPort">Of the pool.</param>
    /// <param name="lastPort">Of the pool.</param>
    public static async Task<LoadedSystem> StartAsync(RabbitMqServer? rabbit, int firstPort, int lastPort, CancellationToken cancellationToken)
    {
        List<IAsyncDisposable> parts = [];
        try
        {
            return await StartAsync(parts, rabbit, firstPort, lastPort, cancellationToken);
        }
        catch
        {
            foreach (var part in Enumerable.Reverse(parts))
            {
                await part.DisposeAsync();
            }

            throw;
        }
    }

    private static async Task<LoadedSystem> StartAsync(
        List<IAsyncDisposable> parts, RabbitMqServer? rabbit, int firstPort, int lastPort, CancellationToken cancellationToken)
    {
        var (mongo, nats, ownRabbit) = (new MongoServer(), new NatsServer(), rabbit is null ? new RabbitMqServer() : null);
        foreach (var server in new TestServer?[] { mongo, nats, ownRabbit }.OfType<TestServer>())
        {
            parts.Add(server);
            await server.InitializeAsync();
        }

        var data = new OwnedDirectory(new TemporaryDirectory("load"));
        parts.Add(data);
        var database = mongo.NewDatabase();
        parts.Add(database);
        var settings = new Dictionary<string, string>
        {
            ["Harbor:DataDirectory"] = data.Path,
            ["Harbor:State:Provider"] = "Mongo",
            ["Harbor:State:Mongo:ConnectionString"] = database.ConnectionString,
            ["Harbor:Bus:Transport"] = "RabbitMq",
            ["Harbor:Bus:RabbitMq:Uri"] = (rabbit ?? ownRabbit)!.NextVirtualHost(),
            ["Harbor:Nats:Url"] = nats.Address,
            ["Harbor:Pools:default:PortRange"] = $"{firstPort}-{lastPort}",
        };
        var gateway = new Dictionary<string, string>(settings)
        {
            ["Harbor:Gateway:Users:0:Name"] = "harbor",
            ["Harbor:Gateway:Users:0:Password"] = "harbor",
            ["Harbor:Gateway:Users:0:Roles"] = "broker",
        };
        var services = await Task.WhenAll(
            Service.StartAsync("Harbor.Gateway", "Gateway", gateway, cancellationToken),
            Service.StartAsync("Harbor.Node", "Node", settings, cancellationToken),
            Service.StartAsync("Harbor.Proxy", "Proxy", settings, cancellationToken));
        parts.AddRange(services);
        var store = new MongoDocumentStore(database.ConnectionString, NullLogger<MongoDocumentStore>.Instance, TimeProvider.System);
        return new LoadedSystem(parts, services, services[0].Url, store, firstPort, lastPort, [services[2]]);
    }
}
