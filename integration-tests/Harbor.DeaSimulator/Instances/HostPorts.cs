using System.Net;
using System.Security.Cryptography;

namespace Harbor.DeaSimulator.Instances;

/// <summary>
/// Where a DEA takes the host ports of its containers from. By default 61001 to 65535, above Linux's ephemeral range: that range overlaps
/// Harbor's own (35000 to 40000), and a simulated instance must never sit on a port that Harbor wants to open.
/// </summary>
internal sealed class HostPorts(IPAddress address, int first = HostPorts.DefaultFirst, int last = HostPorts.DefaultLast)
{
    public const int DefaultFirst = 61_001;
    public const int DefaultLast = 65_535;

    public IPAddress Address => address;

    /// <summary>Starts an echo server on a free port of the range.</summary>
    public EchoServer Start(string banner)
    {
        var count = last - first + 1;
        var offset = RandomNumberGenerator.GetInt32(count);
        for (var i = 0; i < count; i++)
        {
            var port = first + ((offset + i) % count);
            if (EchoServer.TryStart(new IPEndPoint(address, port), banner) is { } server)
            {
                return server;
            }
        }

        throw new InvalidOperationException($"No port from {first} to {last} is free on {address}, for TCP and UDP.");
    }
}
