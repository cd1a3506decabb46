namespace Harbor.State.Configuration;

/// <summary>Where Harbor keeps its documents: <c>Harbor:State</c>.</summary>
public sealed class StateOptions
{
    public const string Section = "Harbor:State";

    /// <summary><c>Mongo</c> or <c>Sqlite</c>. Default <c>Mongo</c>: what a cluster needs; standalone sets <c>Sqlite</c>.</summary>
    public string Provider { get; set; } = nameof(StateProvider.Mongo);

    public MongoOptions Mongo { get; set; } = new();

    public SqliteOptions Sqlite { get; set; } = new();

    /// <summary>The same as <see cref="Provider"/>, once that is validated.</summary>
    internal StateProvider Home => Enum.Parse<StateProvider>(Provider, ignoreCase: true);
}
