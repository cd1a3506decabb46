using Harbor.Testing.Processes;

namespace Harbor.Testing.Servers;

/// <summary>A MongoDB server on this machine, at a port and in a directory of its own. Its data survives a kill, not its disposal.</summary>
internal abstract class MongoNode : IAsyncDisposable
{
    public abstract string Output { get; }

    /// <summary><c>mongod</c> where it is installed, else a start script (<c>HARBOR_TEST_MONGODB_START</c>, <c>../shared/mongodb/start</c>); null where there is neither.</summary>
    public static MongoNode? Find(int port)
    {
        if (ProgramPath.Find("mongod") is { } program)
        {
            return new MongodNode(program, port);
        }

        var script = Environment.GetEnvironmentVariable("HARBOR_TEST_MONGODB_START") is { Length: > 0 } named ? named : ProgramPath.FindUpwards("shared/mongodb/start");
        return script is null ? null : new ScriptedMongoNode(script, port);
    }

    /// <summary>Returns the connection string of a server that answers.</summary>
    public abstract Task<string> StartAsync(CancellationToken cancellationToken);

    public abstract Task KillAsync();

    public abstract ValueTask DisposeAsync();
}
