namespace Harbor.State.Configuration;

/// <summary>The homes of documents.</summary>
public enum StateProvider
{
    Mongo,
    Sqlite,
}
