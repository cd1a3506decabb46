using Harbor.LoadTests.Loads;
using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Sqlite;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.LoadTests.Systems;

/// <summary>
/// What stands between a DEA's word and a relayed byte: over SQLite as <c>standalone</c>, over MongoDB (or what speaks its protocol) nodes and a worker, each a process.
/// With a nats-server of its own, and the ports of <see cref="RoutedPorts"/> in the store.
/// </summary>
internal static class RoutedSystem
{
    private const string Standalone = nameof(Standalone);

    /// <summary>Standalone over SQLite.</summary>
    public static Task<LoadedSystem> StartAsync(int firstPort, int lastPort, CancellationToken cancellationToken) => StartAsync([Standalone], firstPort, lastPort, cancellationToken);

    /// <param name="programs">The programs over MongoDB, or standalone alone.</param>
    /// <param name="firstPort">Of the pool.</param>
    /// <param name="lastPort">Of the pool.</param>
    /// <param name="cancellationToken">Ends what was started.</param>
    public static async Task<LoadedSystem> StartAsync(IEnumerable<string> programs, int firstPort, int lastPort, CancellationToken cancellationToken)
    {
        List<IAsyncDisposable> parts = [];
        try
        {
            var nats = new OwnNatsServer();
            parts.Add(nats);
            await nats.InitializeAsync();
            var data = new OwnedDirectory(new TemporaryDirectory("load"));
            parts.Add(data);
            var settings = new Dictionary<string, string>
            {
                ["Harbor:DataDirectory"] = data.Path,
                ["Harbor:Nats:Url"] = nats.Address,
                ["Harbor:Bus:Transport"] = "InMemory",
                ["Harbor:Node:AllowLoopback"] = "true",
                ["Harbor:Pools:default:PortRange"] = $"{firstPort}-{lastPort}",
                ["Harbor:Logging:Console"] = "None",
                ["Harbor:Logging:Directory"] = data.Path,

                // The ports belong to no service instances: a gateway that looked would give them back while they are measured.
                ["Harbor:Gateway:Broker:OrphanInterval"] = "1.00:00:00",
            };
            string[] all = [.. programs];
            var store = all is [Standalone] ? Sqlite(data.Path) : await MongoAsync(parts, settings);
            await RoutedPorts.FillAsync(store, firstPort, lastPort, cancellationToken);
            var services = await StartAsync(all, settings, cancellationToken);
            parts.AddRange(services);
            return new LoadedSystem(parts, services, services[0].Url, store, firstPort, lastPort, [.. services.Where(service => service.Program != "Harbor.Node")]) { Nats = nats.Address };
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

    private static Task<Service[]> StartAsync(string[] programs, Dictionary<string, string> settings, CancellationToken cancellationToken)
        => Task.WhenAll(programs.Select((program, index) => Service.StartAsync(
            $"Harbor.{program}",
            program == Standalone ? "Gateway" : program,
            new Dictionary<string, string>(settings) { ["Harbor:Logging:Directory"] = Path.Combine(settings["Harbor:DataDirectory"], $"{program}-{index}") },
            cancellationToken)));

    private static async Task<IDocumentStore> MongoAsync(List<IAsyncDisposable> parts, Dictionary<string, string> settings)
    {
        var mongo = new MongoServer();
        parts.Add(mongo);
        await mongo.InitializeAsync();
        var database = mongo.NewDatabase();
        parts.Add(database);
        settings["Harbor:State:Provider"] = "Mongo";
        settings["Harbor:State:Mongo:ConnectionString"] = database.ConnectionString;
        return new MongoDocumentStore(database.ConnectionString, NullLogger<MongoDocumentStore>.Instance, TimeProvider.System);
    }

    private static SqliteDocumentStore Sqlite(string directory)
        => new(Path.Combine(directory, "harbor.db"), NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System);
}
