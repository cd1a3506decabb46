using System.Globalization;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;

namespace Harbor.Testing.Servers;

/// <summary>
/// A RabbitMQ node as a child process, apart from any other on the machine: its own node name, data, ports and epmd. Owns the server, its
/// epmd and its directory. epmd runs in the foreground as a child too; left to itself RabbitMQ would start a daemon that outlives the test.
/// </summary>
internal sealed class RabbitMqNode : IAsyncDisposable
{
    /// <summary>RabbitMQ boots in 6 s on an idle core, and in half a minute on two that build and test.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory;
    private readonly ChildProcess _epmd;
    private readonly string _program;
    private readonly Dictionary<string, string> _environment;

    private RabbitMqNode(TemporaryDirectory directory, ChildProcess epmd, string program, Dictionary<string, string> environment, int port)
    {
        _directory = directory;
        _epmd = epmd;
        _program = program;
        _environment = environment;
        Port = port;
        Process = epmd;
    }

    public int Port { get; }

    public ChildProcess Process { get; private set; }

    public static async Task<RabbitMqNode> StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnceAsync(cancellationToken);
            }
            catch (InvalidOperationException exception) when (attempt < 3 && exception.Message.Contains("eaddrinuse", StringComparison.Ordinal))
            {
                // Somebody took the port in the seconds that a boot takes: again, with others.
            }
        }
    }

    private static async Task<RabbitMqNode> StartOnceAsync(CancellationToken cancellationToken)
    {
        var program = FindProgram() ?? throw Missing();
        var epmdProgram = ProgramPath.Find("epmd") ?? throw Missing();
        var directory = new TemporaryDirectory("rabbitmq");
        var (port, distribution, epmdPort) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        await File.WriteAllBytesAsync(directory.Combine("definitions.json"), RabbitMqDefinitions.Json(), cancellationToken);
        await File.WriteAllTextAsync(directory.Combine("enabled_plugins"), "[].", cancellationToken);
        await File.WriteAllTextAsync(
            directory.Combine("rabbitmq.conf"),
            string.Create(CultureInfo.InvariantCulture, $"""
                listeners.tcp.1 = 127.0.0.1:{port}
                load_definitions = {directory.Combine("definitions.json")}
                log.console = true
                disk_free_limit.absolute = 50MB

                """),
            cancellationToken);
        var epmd = await ChildProcess.StartAsync(epmdProgram, ["-address", "127.0.0.1", "-port", Text(epmdPort)]);
        var node = new RabbitMqNode(directory, epmd, program, Environment(directory, port, distribution, epmdPort), port);
        try
        {
            await epmd.WaitUntilAsync(() => TcpProbe.AnswersAsync("127.0.0.1", epmdPort, cancellationToken), _patience, cancellationToken);
            await node.StartServerAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await Process.DisposeAsync();
        await StartServerAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        if (Process != _epmd)
        {
            await _epmd.DisposeAsync();
        }

        _directory.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ServerMissingException Missing() => new("RabbitMQ", "HARBOR_TEST_RABBITMQ", "rabbitmq-server");

    /// <summary>Debian's program on PATH changes the user and forks; the one behind it becomes the server itself, which a kill by id needs.</summary>
    private static string? FindProgram() => Directory.Exists("/usr/lib/rabbitmq/lib")
        ? Directory.EnumerateDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").Select(home => Path.Combine(home, "sbin", "rabbitmq-server")).FirstOrDefault(File.Exists)
        : ProgramPath.Find("rabbitmq-server");

    private static Dictionary<string, string> Environment(TemporaryDirectory directory, int port, int distribution, int epmd) => new()
    {
        // The Erlang cookie is made in HOME: nobody else's is read or changed.
        ["HOME"] = directory.Path,
        ["ERL_EPMD_PORT"] = Text(epmd),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODENAME"] = $"harbor-{port}@localhost",
        ["RABBITMQ_DIST_PORT"] = Text(distribution),
        ["RABBITMQ_CONF_ENV_FILE"] = directory.Combine("none.conf"),
        ["RABBITMQ_CONFIG_FILE"] = directory.Combine("rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = directory.Combine("enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = directory.Combine("data"),
        ["RABBITMQ_LOG_BASE"] = directory.Combine("log"),
        ["RABBITMQ_PID_FILE"] = directory.Combine("pid"),
        ["RABBITMQ_LOGS"] = "-",

        // The script then becomes the server by exec, instead of starting it and waiting.
        ["RABBITMQ_ALLOW_INPUT"] = "1",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-noinput",
    };

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        Process = await ChildProcess.StartAsync(_program, [], _environment, _directory.Path);
        await Process.WaitUntilAsync(() => Task.FromResult(Process.Output.Contains("Server startup complete", StringComparison.Ordinal)), _patience, cancellationToken);
    }
}
