using Harbor.State.Sqlite;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.LoadTests.Systems;

/// <summary><c>standalone</c>: all services in one process, over SQLite and the bus in memory.</summary>
internal static class StandaloneSystem
{
    public static async Task<LoadedSystem> StartAsync(int firstPort, int lastPort, CancellationToken cancellationToken)
    {
        var data = new OwnedDirectory(new TemporaryDirectory("load"));
        var service = await Service.StartAsync(
            "Harbor.Standalone",
            "Gateway",
            new Dictionary<string, string>
            {
                ["Harbor:DataDirectory"] = data.Path,
                ["Harbor:Nats:Url"] = $"nats://127.0.0.1:{FreePorts.Next()}",
                ["Harbor:Pools:default:PortRange"] = $"{firstPort}-{lastPort}",

                // With the default of a minute the pool would run out of ports: 300 lives a second leave 18,000 in quarantine.
                ["Harbor:Pools:default:Quarantine"] = "00:00:02",
            },
            cancellationToken);
        var store = new SqliteDocumentStore(Path.Combine(data.Path, "harbor.db"), NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System);
        return new LoadedSystem([data, service], [service], service.Url, store, firstPort, lastPort, [service]);
    }
}
