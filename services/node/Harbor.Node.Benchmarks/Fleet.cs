using System.Text.Json;
using Harbor.Contracts.Dea;

namespace Harbor.Node.Benchmarks;

/// <summary>DEAs with instances, and their heartbeats byte for byte as they are on the wire.</summary>
internal static class Fleet
{
    public static string AppOf(int number) => $"{number:x8}-6a5c-4f0e-9d55-2f6f0f6a9c11";

    public static string InstanceOf(int dea, int place) => $"{dea:x8}{place:x8}b1f0f2c6d7e85513";

    public static string DeaOf(int dea) => $"{dea}-6f1c9ad0b7e34c58a2d4e0f1{dea:x8}";

    /// <param name="dea">Which DEA.</param>
    /// <param name="instances">How many instances it holds.</param>
    /// <param name="app">The application of each.</param>
    /// <param name="except">An instance that is not there.</param>
    public static byte[] Heartbeat(int dea, int instances, Func<int, int> app, int except = -1) => JsonSerializer.SerializeToUtf8Bytes(new HeartbeatMessage
    {
        Dea = DeaOf(dea),
        Ip = $"10.{dea >> 16 & 255}.{dea >> 8 & 255}.{dea & 255}",
        Droplets =
        [
            .. Enumerable.Range(0, instances).Where(place => place != except).Select(place => new HeartbeatDroplet
            {
                CcPartition = "default",
                Droplet = AppOf(app(place)),
                Version = "0c9d7b52-1f3e-4bb1-8b71-9c0f7a3f1e20",
                Instance = InstanceOf(dea, place),
                Index = dea,
                State = "RUNNING",
                StateTimestamp = 1402660021.4417,
                Ports = [new InstancePort { ContainerPort = 4100, HostPort = 20000 + place }],
            }),
        ],
    });
}
