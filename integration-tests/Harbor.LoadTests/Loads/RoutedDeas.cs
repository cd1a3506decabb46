using System.Globalization;
using System.Text;
using Harbor.Contracts.Dea;
using NATS.Client.Core;

namespace Harbor.LoadTests.Loads;

/// <summary>What the DEAs say: each has an instance of one port's application, or has not, and one of another application that is always there.</summary>
internal sealed class RoutedDeas(NatsConnection nats)
{
    /// <param name="port">Whose application.</param>
    /// <param name="instance">Null: it is gone.</param>
    /// <param name="host">Where it runs.</param>
    /// <param name="hostPort">And at which port there.</param>
    public ValueTask SayAsync(int port, string? instance, string host, int hostPort, CancellationToken cancellationToken)
    {
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"droplets":[{{{(instance is null ? "" : string.Create(CultureInfo.InvariantCulture,
                $$"""{"cc_partition":"default","droplet":"{{RoutedPorts.AppOf(port)}}","version":"0c9d7b52","instance":"{{instance}}","index":0,"state":"RUNNING","state_timestamp":1402660021.4417,"ports":[{"container_port":{{RoutedPorts.IntPort}},"host_port":{{hostPort}}}]},"""))}}}{"cc_partition":"default","droplet":"unbound","version":"0c9d7b52","instance":"of-{{{port}}}","index":0,"state":"RUNNING","state_timestamp":1402660021.4417},{"cc_partition":"default","droplet":"unbound","version":"0c9d7b52","instance":"too-{{{port}}}","index":1,"state":"RUNNING","state_timestamp":1402660021.4417}],"dea":"{{{port}}}-6f1c9ad0b7e34c58a2d4e0f19b3c7a65","ip":"{{{host}}}"}
            """);
        return nats.PublishAsync(DeaSubjects.Heartbeat, Encoding.UTF8.GetBytes(message), cancellationToken: cancellationToken);
    }
}
