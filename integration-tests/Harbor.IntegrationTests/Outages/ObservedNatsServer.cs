using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;

namespace Harbor.IntegrationTests.Outages;

/// <summary>A nats-server that soon cuts who does not read, and tells how many it has cut.</summary>
public sealed class ObservedNatsServer : NatsServer
{
    private static readonly HttpClient _http = new();
    private readonly TemporaryDirectory _directory = new("nats");
    private readonly int _monitor = FreePorts.Next();

    public ObservedNatsServer()
    {
        var configuration = _directory.Combine("nats.conf");

        // The smallest messages of a DEA pass at once; a client that leaves 256 KiB unread is cut.
        File.WriteAllText(configuration, "write_deadline: \"200ms\"\nmax_pending: 256KB\nmax_payload: 128KB\n");
        Arguments = ["--config", configuration, "--http_port", _monitor.ToString(System.Globalization.CultureInfo.InvariantCulture)];
    }

    protected override bool IsOwn => true;

    /// <summary>Clients cut for being slow, since the server's start.</summary>
    public async Task<int> SlowConsumersAsync()
        => (int?)(await _http.GetFromJsonAsync<JsonObject>($"http://127.0.0.1:{_monitor}/varz"))!["slow_consumers"] ?? 0;

    protected override async Task StopAsync()
    {
        await base.StopAsync();
        _directory.Dispose();
    }
}
