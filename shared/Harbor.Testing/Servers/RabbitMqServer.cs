using Harbor.Testing.Processes;
using Testcontainers.RabbitMq;

namespace Harbor.Testing.Servers;

/// <summary>
/// A RabbitMQ server. Booting one takes seconds, so a test assembly shares one (<c>[assembly: AssemblyFixture(typeof(RabbitMqServer))]</c> or a
/// collection fixture), and each test class takes a vhost of its own from it: <see cref="NextVirtualHost"/>.
/// </summary>
public sealed class RabbitMqServer : TestServer
{
    private RabbitMqNode? _node;
    private RabbitMqContainer? _container;
    private int _vhosts;

    public override string Output => _node?.Process.Output ?? string.Empty;

    /// <summary>The server's process, to freeze or kill.</summary>
    public ChildProcess Process => (_node ?? throw NotOurs()).Process;

    /// <summary>
    /// The address of a vhost that nobody else uses. A server given by <c>HARBOR_TEST_RABBITMQ</c> has only the vhost that its address names, and
    /// tests share it: their endpoint names then must differ.
    /// </summary>
    public string NextVirtualHost()
    {
        if (_node is null && _container is null)
        {
            return Address;
        }

        var number = Interlocked.Increment(ref _vhosts);
        return number <= RabbitMqDefinitions.VirtualHosts
            ? $"{Address.TrimEnd('/')}/{RabbitMqDefinitions.VirtualHost(number)}"
            : throw new InvalidOperationException($"All {RabbitMqDefinitions.VirtualHosts} vhosts of the test server are taken: raise RabbitMqDefinitions.VirtualHosts.");
    }

    /// <summary>Kills it (SIGKILL), keeping its data.</summary>
    public Task KillAsync() => (_node ?? throw NotOurs()).Process.KillAsync();

    /// <summary>Starts it again at the same port with the same data.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => (_node ?? throw NotOurs()).RestartAsync(cancellationToken);

    protected override async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("HARBOR_TEST_RABBITMQ") is { Length: > 0 } address)
        {
            return address;
        }

        if (DockerEngine.Answers)
        {
            _container = new RabbitMqBuilder("rabbitmq:3.13")
                .WithUsername(RabbitMqDefinitions.User)
                .WithPassword(RabbitMqDefinitions.Password)
                .WithResourceMapping(RabbitMqDefinitions.Json(), "/etc/rabbitmq/definitions.json")
                .WithResourceMapping("load_definitions = /etc/rabbitmq/definitions.json\nloopback_users = none\n"u8.ToArray(), "/etc/rabbitmq/conf.d/20-harbor.conf")
                .Build();
            await _container.StartAsync(cancellationToken);
            return RabbitMqDefinitions.Address(_container.Hostname, _container.GetMappedPublicPort(5672));
        }

        _node = await RabbitMqNode.StartAsync(cancellationToken);
        return RabbitMqDefinitions.Address("127.0.0.1", _node.Port);
    }

    protected override async Task StopAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }

    private static InvalidOperationException NotOurs() => new("This RabbitMQ server is not a child process of the test.");
}
