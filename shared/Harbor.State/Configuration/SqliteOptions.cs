namespace Harbor.State.Configuration;

/// <summary>SQLite: <c>Harbor:State:Sqlite</c>.</summary>
public sealed class SqliteOptions
{
    /// <summary>The state file, on a local disk. Default <c>harbor.db</c> in <c>Harbor:DataDirectory</c>, beside all else that Harbor keeps.</summary>
    public string Path { get; set; } = "";
}
