using System.Net;
using System.Net.Sockets;
using Harbor.Hosting;

namespace Harbor.Standalone.Nats;

/// <summary>
/// NATS belongs to the platform and is usually there. Where nothing answers at a loopback address, as on a machine where somebody tries Harbor
/// out, <c>standalone</c> runs a nats-server of its own.
/// </summary>
internal static class EmbeddedNats
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>Null where a server answers, or where the address is not this machine's: then it is not ours to start one.</summary>
    public static async Task<IAsyncDisposable?> StartWhereMissingAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var url = configuration["Harbor:Nats:Url"] ?? "nats://127.0.0.1:4222";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var server) || LoopbackOf(server) is not { } address || await AnswersAsync(address, cancellationToken))
        {
            return null;
        }

        var program = NatsServerProgram.Find(configuration["PATH"])
            ?? throw new HarborStartException(ExitCodes.DependencyUnavailable,
                [$"nats: NATS at {server.Host}:{address.Port} (Harbor:Nats:Url) does not answer, and there is no nats-server on PATH that could be started here: install it (apt-get install nats-server), or name a running one."]);
        var process = NatsServerProcess.Start(program, await WriteConfigurationAsync(configuration, address, cancellationToken));
        try
        {
            while (!await AnswersAsync(address, cancellationToken))
            {
                if (process.ExitCode is { } code)
                {
                    throw new HarborStartException(ExitCodes.DependencyUnavailable, [$"nats: {program} ended with exit code {code} when it was started for {server.Host}:{address.Port}; see {LogFile(configuration)}."]);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }

            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static IPEndPoint? LoopbackOf(Uri server)
    {
        var address = server.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(server.Host.Trim('[', ']'), out var parsed) ? parsed : null;
        return address is not null && IPAddress.IsLoopback(address) && server.Scheme == "nats" ? new IPEndPoint(address, server.Port > 0 ? server.Port : 4222) : null;
    }

    /// <summary>Whether something listens. Whether it is NATS, and lets us in, the check of all dependencies finds out next.</summary>
    private static async Task<bool> AnswersAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>A file rather than arguments: those are for everyone on the machine to read.</summary>
    private static async Task<string> WriteConfigurationAsync(IConfiguration configuration, IPEndPoint address, CancellationToken cancellationToken)
    {
        var directory = DataDirectory(configuration);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "nats-server.conf");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(NatsServerConfiguration.Write(address, LogFile(configuration), configuration.GetSection("Harbor:Nats")).AsMemory(), cancellationToken);
        return path;
    }

    private static string LogFile(IConfiguration configuration) => Path.Combine(DataDirectory(configuration), "nats-server.log");

    private static string DataDirectory(IConfiguration configuration) => configuration["Harbor:DataDirectory"]!;
}
