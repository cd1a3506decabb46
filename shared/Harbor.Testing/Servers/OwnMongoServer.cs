namespace Harbor.Testing.Servers;

/// <summary>A MongoDB server for one test class alone, which can be killed and restarted.</summary>
public sealed class OwnMongoServer : MongoServer
{
    protected override bool IsOwn => true;
}
