using System.Diagnostics;

namespace Harbor.Proxy.DataPlane.Benchmarks.Relays;

/// <summary>Starts the relays, each with as many threads as Harbor has loops, and the same ports and backends.</summary>
internal static class RelayStarter
{
    public const string Harbor = "harbor";

    /// <summary>Another build of Harbor, to see what a change does. No peer.</summary>
    public const string Before = "harbor-before";

    public static readonly string[] All = [Harbor, "haproxy", "haproxy-splice", "nginx", Before];

    private static readonly string[] _socketTables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static async Task<RelayUnderTest> StartAsync(string name, string directory, string? before)
    {
        var ports = new PortPlan(22000 + (100 * Array.IndexOf(All, name)));
        var process = name switch
        {
            Harbor or Before => Start(Environment.ProcessPath!, [name == Before ? before! : typeof(RelayStarter).Assembly.Location, "serve", "linux", .. HarborArguments(ports)]),
            "nginx" => Start("/usr/sbin/nginx", ["-p", directory, "-c", Write(directory, "nginx.conf", NginxConfiguration(ports, directory)), "-g", "daemon off;"]),
            _ => Start("/usr/sbin/haproxy", ["-db", "-f", Write(directory, $"{name}.cfg", HaproxyConfiguration(ports, name == "haproxy-splice"))]),
        };
        await WaitUntilListeningAsync(ports.Stream, process, name);
        return new RelayUnderTest(name, process, ports);
    }

    public static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && !text.Contains("[WARNING]", StringComparison.Ordinal) && !text.Contains("[NOTICE]", StringComparison.Ordinal))
            {
                Console.Error.WriteLine($"{Path.GetFileName(program)}: {text}");
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    public static async Task WaitUntilListeningAsync(int port, Process process, string name)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (IsListening(port))
            {
                return;
            }

            if (process.HasExited)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        throw new InvalidOperationException($"{name} does not listen on port {port}.");
    }

    /// <summary>Asks /proc rather than connect, which iperf3 would take for a client.</summary>
    private static bool IsListening(int port) => _socketTables.Where(File.Exists).SelectMany(File.ReadLines)
        .Any(line => line.Contains($":{port:X4} ", StringComparison.Ordinal) && line.Contains(" 0A ", StringComparison.Ordinal));

    private static IEnumerable<string> HarborArguments(PortPlan ports) =>
        ports.Tcp.Select(pair => $"tcp:{pair.Port}:{pair.Backend}").Append($"udp:{ports.Udp.Port}:{ports.Udp.Backend}");

    private static string HaproxyConfiguration(PortPlan ports, bool splice) => $"""
        global
            nbthread {Environment.ProcessorCount}
            maxconn 6000
        defaults
            mode tcp
            timeout connect 5s
            timeout client 1h
            timeout server 1h
            {(splice ? "option splice-auto" : "")}
        {string.Join('\n', ports.Tcp.Select(pair => $"""
        listen port{pair.Port}
            bind 0.0.0.0:{pair.Port}
            server backend 127.0.0.1:{pair.Backend}
        """))}

        """;

    private static string NginxConfiguration(PortPlan ports, string directory) => $$"""
        load_module /usr/lib/nginx/modules/ngx_stream_module.so;
        worker_processes {{Environment.ProcessorCount}};
        pid {{directory}}/nginx.pid;
        error_log {{directory}}/nginx.log crit;
        events { worker_connections 18000; }
        stream {
            proxy_timeout 1h;
            {{string.Join('\n', ports.Tcp.Select(pair => $"server {{ listen {pair.Port}; proxy_pass 127.0.0.1:{pair.Backend}; }}"))}}
            server { listen {{ports.Udp.Port}} udp; proxy_pass 127.0.0.1:{{ports.Udp.Backend}}; }
        }

        """;

    private static string Write(string directory, string name, string text)
    {
        var path = Path.Combine(directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
