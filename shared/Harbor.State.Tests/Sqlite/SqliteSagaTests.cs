using Harbor.State.Documents;
using Harbor.State.Sqlite;
using Harbor.State.Tests.Sagas;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.State.Tests.Sqlite;

public sealed class SqliteSagaTests : SagaSuite
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("harbor-state-");
    private readonly List<SqliteDocumentStore> _stores = [];

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stores.ForEach(store => store.Dispose());
        _directory.Delete(recursive: true);
    }

    protected override IDocumentStore OpenStore()
    {
        var store = new SqliteDocumentStore(Path.Combine(_directory.FullName, "harbor.db"), NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System);
        _stores.Add(store);
        return store;
    }
}
