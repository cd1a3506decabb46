using System.Globalization;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;

namespace Harbor.Testing.Servers;

/// <summary>
/// A nats-server. <see cref="TestServer.Address"/> is <c>nats://host:port</c>. The DEAs' subjects are fixed, so a class that uses them wants
/// one of its own: <see cref="OwnNatsServer"/>.
/// </summary>
public class NatsServer : TestServer
{
    private const int ContainerPort = 4222;

    private IContainer? _container;
    private ChildProcess? _process;

    /// <summary>Further arguments for the server's program (<c>--auth token</c> …); where there are any, neither a shared address nor a container will do.</summary>
    public IReadOnlyList<string> Arguments { get; protected init; } = [];

    /// <summary>The port that the server keeps over restarts.</summary>
    public int Port { get; private set; }

    public override string Output => _process?.Output ?? string.Empty;

    /// <summary>Whether it must be this test class's alone: then an address from the environment is not taken.</summary>
    protected virtual bool IsOwn => false;

    /// <summary>Kills it (SIGKILL): the link is lost without a word.</summary>
    public async Task KillAsync() => await (_process ?? throw NotOurs()).KillAsync();

    /// <summary>Starts it again at the same port, after <see cref="KillAsync"/>.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await StartProcessAsync(cancellationToken);
    }

    /// <summary>The server's process, to freeze or signal.</summary>
    public ChildProcess Process => _process ?? throw NotOurs();

    protected override async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        if (!IsOwn && Arguments.Count == 0 && Environment.GetEnvironmentVariable("HARBOR_TEST_NATS") is { Length: > 0 } address)
        {
            return address;
        }

        // A server of one's own is killed and restarted at its port, which a container engine does not promise: the program is preferred then.
        if (!IsOwn && Arguments.Count == 0 && DockerEngine.Answers)
        {
            _container = DockerEngine.NewContainer("nats:2.11")
                .WithPortBinding(ContainerPort, assignRandomHostPort: true)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("Server is ready"))
                .Build();
            await _container.StartAsync(cancellationToken);
            return $"nats://{_container.Hostname}:{_container.GetMappedPublicPort(ContainerPort)}";
        }

        Port = FreePorts.Next();
        await StartProcessAsync(cancellationToken);
        return $"nats://127.0.0.1:{Port}";
    }

    protected override async Task StopAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        var program = ProgramPath.Find("nats-server") ?? throw new ServerMissingException("NATS", "HARBOR_TEST_NATS", "nats-server");
        _process = await ChildProcess.StartAsync(program, ["--addr", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), .. Arguments]);
        await _process.WaitUntilAsync(() => TcpProbe.AnswersAsync("127.0.0.1", Port, cancellationToken), TimeSpan.FromSeconds(30), cancellationToken);
    }

    private static InvalidOperationException NotOurs() => new("This nats-server is not a child process of the test: use OwnNatsServer.");
}
