using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Tests.Sagas;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.State.Tests.Mongo;

public sealed class MongoSagaTests(MongoServer server) : SagaSuite, IClassFixture<MongoServer>
{
    private readonly List<MongoDocumentStore> _stores = [];
    private MongoTestDatabase? _database;

    public override ValueTask InitializeAsync()
    {
        _database = server.NewDatabase();
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stores.ForEach(store => store.Dispose());
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    protected override IDocumentStore OpenStore()
    {
        var store = new MongoDocumentStore(_database!.ConnectionString, NullLogger<MongoDocumentStore>.Instance, TimeProvider.System);
        _stores.Add(store);
        return store;
    }
}
