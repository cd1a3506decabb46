using System.ComponentModel;

namespace Harbor.State.Configuration;

/// <summary>MongoDB: <c>Harbor:State:Mongo</c>.</summary>
public sealed class MongoOptions
{
    /// <summary><c>mongodb://</c> or <c>mongodb+srv://</c>; the database is its path, <c>harbor</c> where it has none. No default: guessing a server could write into a stranger's.</summary>
    [PasswordPropertyText(true)]
    public string ConnectionString { get; set; } = "";
}
