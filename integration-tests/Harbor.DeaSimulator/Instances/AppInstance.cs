using System.Security.Cryptography;

namespace Harbor.DeaSimulator.Instances;

/// <summary>One instance of an application on a simulated DEA, with the echo servers that play its process.</summary>
internal sealed class AppInstance : IAsyncDisposable
{
    private readonly List<EchoServer> _servers = [];

    public required string AppGuid { get; init; }

    public required int Index { get; init; }

    /// <summary>32 hexadecimal digits, as DEAs make them.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public string Version { get; init; } = Guid.NewGuid().ToString();

    public InstanceState State { get; private set; } = InstanceState.Starting;

    /// <summary>When the state began.</summary>
    public required DateTimeOffset Since { get; set; }

    /// <summary>The first is the main port, which <c>dea.find.droplet</c> and <c>router.register</c> tell.</summary>
    public IReadOnlyList<PortMapping> Ports { get; private set; } = [];

    /// <summary>What its servers greet with: a line that names application, index, instance and DEA.</summary>
    public string Banner { get; private set; } = "";

    public int OpenConnections => _servers.Sum(server => server.OpenConnections);

    public bool IsAlive => State is InstanceState.Running or InstanceState.Evacuating;

    /// <summary>Starts one echo server for each container port, on host ports that <paramref name="hostPorts"/> hands out.</summary>
    public void Run(string deaId, HostPorts hostPorts, IReadOnlyList<int> containerPorts)
    {
        Banner = $"{AppGuid} #{Index} instance {Id} on {deaId}\n";
        foreach (var containerPort in containerPorts)
        {
            var server = hostPorts.Start(Banner);
            _servers.Add(server);
            Ports = [.. Ports, new PortMapping(containerPort, server.Address.Port)];
        }
    }

    public void Enter(InstanceState state, DateTimeOffset now)
    {
        State = state;
        Since = now;
    }

    /// <summary>Ends the process: its connections are reset, and its ports are free.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _servers.Clear();
    }
}
