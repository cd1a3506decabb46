using Harbor.Testing.Ports;
using MongoDB.Driver;
using Testcontainers.MongoDb;

namespace Harbor.Testing.Servers;

/// <summary>A MongoDB replica set of one member, or what speaks its protocol. Each test class takes a database of its own: <see cref="NewDatabase"/>.</summary>
public class MongoServer : TestServer
{
    private MongoDbContainer? _container;
    private MongoNode? _node;

    public override string Output => _node?.Output ?? string.Empty;

    /// <summary>Whether it must be this test class's alone, to be killed: then an address from the environment is not taken.</summary>
    protected virtual bool IsOwn => false;

    private static bool IsThrowaway => Environment.GetEnvironmentVariable("HARBOR_TEST_MONGODB_THROWAWAY") == "1";

    /// <summary>A database that nobody else uses, dropped when disposed where the server goes on without the tests.</summary>
    public MongoTestDatabase NewDatabase()
    {
        var url = new MongoUrlBuilder(Address) { DatabaseName = $"harbor_test_{Guid.NewGuid():N}" };
        if (url.Username is not null)
        {
            url.AuthenticationSource ??= "admin";
        }

        return new MongoTestDatabase(url.ToString(), url.DatabaseName, isDropped: IsOwn || !IsThrowaway);
    }

    /// <summary>Kills it (SIGKILL), keeping its data.</summary>
    public Task KillAsync() => (_node ?? throw NotOurs()).KillAsync();

    /// <summary>Starts it again at the same port with the same data.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => (_node ?? throw NotOurs()).StartAsync(cancellationToken);

    protected override async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        if (!IsOwn && Environment.GetEnvironmentVariable("HARBOR_TEST_MONGODB") is { Length: > 0 } address)
        {
            return address;
        }

        if (!IsOwn && DockerEngine.Answers)
        {
            _container = new MongoDbBuilder("mongo:8.0").WithReplicaSet().Build();
            await _container.StartAsync(cancellationToken);
            return _container.GetConnectionString();
        }

        _node = MongoNode.Find(FreePorts.Next()) ?? throw new ServerMissingException("MongoDB", "HARBOR_TEST_MONGODB", "mongod");
        return await _node.StartAsync(cancellationToken);
    }

    protected override async Task StopAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    private static InvalidOperationException NotOurs() => new("This MongoDB server is not a child process of the test: use OwnMongoServer.");
}
