using MongoDB.Driver;

namespace Harbor.Testing.Servers;

/// <summary>One test class's database. Owns it: dropped with all that is in it, or left to the end of its server.</summary>
public sealed class MongoTestDatabase(string connectionString, string name, bool isDropped = true) : IAsyncDisposable
{
    /// <summary>Names the database too.</summary>
    public string ConnectionString { get; } = connectionString;

    public string Name { get; } = name;

    public async ValueTask DisposeAsync()
    {
        if (!isDropped)
        {
            return;
        }

        using var client = new MongoClient(ConnectionString);
        try
        {
            await client.DropDatabaseAsync(Name);
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            // A server that the test has killed takes its databases with it.
        }
    }
}
