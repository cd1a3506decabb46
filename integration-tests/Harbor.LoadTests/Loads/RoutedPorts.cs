using Harbor.Contracts.Ports;
using Harbor.State;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;

namespace Harbor.LoadTests.Loads;

/// <summary>The ports of a pool, each active and bound to an application of its own. The first <see cref="Measured"/> let clients wait for a backend.</summary>
internal static class RoutedPorts
{
    public const int Measured = 50;

    public const int IntPort = 4100;

    public static string AppOf(int port) => $"{port:x8}-6a5c-4f0e-9d55-2f6f0f6a9c11";

    public static async Task FillAsync(IDocumentStore store, int firstPort, int lastPort, CancellationToken cancellationToken)
    {
        await store.Open(DocumentTypes.Pools)
            .InsertAsync(new PoolDocument { Id = PoolDocument.DefaultName, FirstPort = firstPort, LastPort = lastPort, Host = "127.0.0.1" }, cancellationToken);
        var ports = store.Open(DocumentTypes.Ports);
        await Parallel.ForEachAsync(
            Enumerable.Range(firstPort, lastPort - firstPort + 1),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
            async (port, token) => await ports.InsertAsync(
                new PortDocument
                {
                    Id = PortDocument.IdOf(PoolDocument.DefaultName, port),
                    Pool = PoolDocument.DefaultName,
                    Port = port,
                    Protocol = PortProtocol.Tcp,
                    ServiceInstanceId = $"s{port}",
                    State = PortState.Active,
                    Policy = new PortPolicy { HoldSeconds = port < firstPort + Measured ? 60 : 0 },
                    Apps = [new BoundApp { AppGuid = AppOf(port), IntPort = IntPort, BindingIds = [$"b{port}"] }],
                    AllocatedAt = TimeProvider.System.GetUtcNow(),
                },
                token));
    }
}
