using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Benchmarks.Serving;

/// <summary>A relay engine and nothing else, with ports and backends from the command line. Ends on SIGTERM.</summary>
internal static class RelayProcess
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var services = new ServiceCollection()
            .AddMetrics()
            .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
            .BuildServiceProvider();
        var options = new RelayOptions { Engine = Enum.Parse<RelayEngineKind>(args[0], ignoreCase: true), ListenAddress = IPAddress.Any };
        await using var engine = RelayEngine.Create(options, TimeProvider.System, services.GetRequiredService<IMeterFactory>(), services.GetRequiredService<ILoggerFactory>());
        foreach (var argument in args.Skip(1))
        {
            var result = await engine.ApplyAsync(Parse(argument), CancellationToken.None);
            if (!result.IsOpen)
            {
                Console.Error.WriteLine($"{argument}: {result.Reason} {result.Holder}");
                return 1;
            }
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            ended.TrySetResult();
        });
        await ended.Task;
        return 0;
    }

    private static PortSnapshot Parse(string argument)
    {
        var parts = argument.Split(':');
        return new PortSnapshot
        {
            Port = int.Parse(parts[1], CultureInfo.InvariantCulture),
            Transports = parts[0] == "udp" ? Transports.Udp : Transports.Tcp,
            Owner = "benchmark",
            Backends =
            [
                new BackendSnapshot
                {
                    Address = new IPEndPoint(IPAddress.Loopback, int.Parse(parts[2], CultureInfo.InvariantCulture)),
                    Identity = "backend",
                },
            ],
        };
    }
}
