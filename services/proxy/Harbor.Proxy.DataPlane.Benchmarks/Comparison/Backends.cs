using System.Diagnostics;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Comparison;

/// <summary>The servers behind the relays that are programs of their own: iperf3, and nginx for HTTP. Owns their processes.</summary>
internal sealed class Backends : IDisposable
{
    private readonly List<Process> _processes = [];

    public static async Task<Backends> StartAsync(string directory)
    {
        var backends = new Backends();
        await backends.StartAsync("iperf3", ["-s", "-p", $"{PortPlan.Backends.Stream}"], PortPlan.Backends.Stream);
        var configuration = Path.Combine(directory, "http.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            worker_processes 1;
            pid {{directory}}/http.pid;
            error_log {{directory}}/http.log crit;
            events { worker_connections 8000; }
            http {
                access_log off;
                keepalive_requests 100000000;
                server { listen {{PortPlan.Backends.Http}}; location / { return 200 "harbor"; } }
            }

            """);
        await backends.StartAsync("/usr/sbin/nginx", ["-p", directory, "-c", configuration, "-g", "daemon off;"], PortPlan.Backends.Http);
        return backends;
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
    }

    private async Task StartAsync(string program, IEnumerable<string> arguments, int port)
    {
        var process = RelayStarter.Start(program, arguments);
        _processes.Add(process);
        await RelayStarter.WaitUntilListeningAsync(port, process, program);
    }
}
