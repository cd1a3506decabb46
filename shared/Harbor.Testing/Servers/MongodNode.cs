using System.Globalization;
using Harbor.Testing.Processes;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.Testing.Servers;

/// <summary>MongoDB's own server as a child process: a replica set of one, since change streams need one.</summary>
internal sealed class MongodNode(string program, int port) : MongoNode
{
    private readonly TemporaryDirectory _directory = new("mongodb");
    private ChildProcess? _process;

    public override string Output => _process?.Output ?? string.Empty;

    public override async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        _process = await ChildProcess.StartAsync(
            program, ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind_ip", "127.0.0.1", "--dbpath", _directory.Path, "--replSet", "rs0"]);
        await _process.WaitUntilAsync(() => TcpProbe.AnswersAsync("127.0.0.1", port, cancellationToken), TimeSpan.FromSeconds(60), cancellationToken);
        using var client = new MongoClient($"mongodb://127.0.0.1:{port}/?directConnection=true");
        var admin = client.GetDatabase("admin");
        try
        {
            await admin.RunCommandAsync<BsonDocument>(
                new BsonDocument("replSetInitiate", new BsonDocument { ["_id"] = "rs0", ["members"] = new BsonArray { new BsonDocument { ["_id"] = 0, ["host"] = $"127.0.0.1:{port}" } } }),
                cancellationToken: cancellationToken);
        }
        catch (MongoCommandException exception) when (exception.CodeName == "AlreadyInitialized")
        {
            // A restart with its data.
        }

        await _process.WaitUntilAsync(
            async () => (await admin.RunCommandAsync<BsonDocument>("{hello: 1}", cancellationToken: cancellationToken))["isWritablePrimary"].AsBoolean,
            TimeSpan.FromSeconds(60),
            cancellationToken);
        return $"mongodb://127.0.0.1:{port}/?replicaSet=rs0";
    }

    public override Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }
}
