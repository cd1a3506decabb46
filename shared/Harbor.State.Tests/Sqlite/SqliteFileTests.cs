using Harbor.State.Documents;
using Harbor.State.Sqlite;
using Harbor.State.Tests.Documents;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.State.Tests.Sqlite;

/// <summary>What only a state file does: processes that share it or are killed, a log that is trimmed, locks, group commits.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _directory = new("state");
    private readonly List<SqliteDocumentStore> _stores = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string FilePath => _directory.Combine("harbor.db");

    public void Dispose()
    {
        _stores.ForEach(store => store.Dispose());
        _directory.Dispose();
    }

    [Fact]
    public async Task Writes_AcknowledgedBeforeAKill_AreStored()
    {
        await using var child = await SqliteWriterProcess.StartAsync(FilePath);
        await Eventually.TrueAsync(() => SqliteWriterProcess.Acknowledged(FilePath).Count >= 500, "500 acknowledged writes", _patience, Cancelled);

        await child.KillAsync();

        var acknowledged = SqliteWriterProcess.Acknowledged(FilePath);
        var stored = (await Open().QueryAsync(DocumentQuery.All, Cancelled)).Select(boat => boat.Id).ToHashSet();
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(500);
        acknowledged.Where(id => !stored.Contains(id)).ShouldBeEmpty();
        (await Open().InsertAsync(new() { Id = "after" }, Cancelled)).Written.ShouldBeTrue();
    }

    [Fact]
    public async Task Watch_OfAFileThatAnotherProcessWrites_SeesItsWrites()
    {
        var boats = Open();
        await using var watch = new WatchReader(boats, _patience);
        await watch.SnapshotAsync();

        await using var child = await SqliteWriterProcess.StartAsync(FilePath);

        var first = await watch.NextAsync("a write of the other process");
        first.Id.ShouldStartWith(SqliteWriterProcess.Prefix);
        (await boats.InsertAsync(new() { Id = "ours" }, Cancelled)).Written.ShouldBeTrue();
        await watch.UntilAsync("ours", boat => boat is not null);
    }

    [Fact]
    public async Task Watch_ThatFellBehindATrim_StartsAgainWithASnapshot()
    {
        var boats = Open(changesKept: 10);
        await using var watch = new WatchReader(boats, _patience);
        await boats.InsertAsync(new() { Id = "old" }, Cancelled);
        (await watch.SnapshotAsync()).ShouldBe(["old"]);

        await boats.DeleteAsync((await boats.GetAsync("old", Cancelled))!, Cancelled);
        for (var i = 0; i < 20; i++)
        {
            await boats.InsertAsync(new() { Id = $"new{i:00}" }, Cancelled);
        }

        (await watch.SnapshotAsync()).ShouldBe(Enumerable.Range(0, 20).Select(i => $"new{i:00}"));
        await boats.InsertAsync(new() { Id = "next" }, Cancelled);
        (await watch.NextAsync()).Id.ShouldBe("next");
    }

    [Fact]
    public async Task Write_ThatFailsWithinAGroup_FailsAlone()
    {
        using var signal = new HeldSignal(FilePath);
        SqliteSchema.Ensure(FilePath);
        using var writer = new SqliteWriter(FilePath, 1000, signal.Signal);
        using var gate = new ManualResetEventSlim();
        writer.Enqueue(new BlockingWrite(gate));
        var group = Enumerable.Range(0, 9).Select(i => i == 4 ? (SqliteWrite)new FailingWrite() : Insert($"b{i}")).ToList();
        group.ForEach(writer.Enqueue);
        gate.Set();

        await Should.ThrowAsync<NotSupportedException>(() => group[4].Done.WaitAsync(_patience, Cancelled));
        foreach (var write in group.Where(write => write is not FailingWrite))
        {
            (await write.Done.WaitAsync(_patience, Cancelled)).ShouldBe(WriteOutcome.Written);
        }

        (await Open().QueryAsync(DocumentQuery.All, Cancelled)).Count.ShouldBe(8);
    }

    [Fact]
    public async Task Store_WhoseFileAnotherProcessLocks_ReadsOnAndSaysThatItCannotWrite()
    {
        var boats = Open();
        await boats.InsertAsync(new() { Id = "a" }, Cancelled);
        using (var other = new SqliteSession(FilePath))
        {
            other.Run("BEGIN IMMEDIATE");
            (await boats.GetAsync("a", Cancelled)).ShouldNotBeNull();

            var failure = await Should.ThrowAsync<StateUnavailableException>(async () => await boats.InsertAsync(new() { Id = "b" }, Cancelled));

            failure.Message.ShouldContain(FilePath);
        }

        (await boats.InsertAsync(new() { Id = "b" }, Cancelled)).Written.ShouldBeTrue();
    }

    [Fact]
    public async Task Store_OfANewerFormat_IsRefused()
    {
        using (var session = new SqliteSession(FilePath))
        {
            session.Run("PRAGMA user_version = 99");
        }

        var failure = await Should.ThrowAsync<StateUnavailableException>(async () => await Open().GetAsync("a", Cancelled));

        failure.Message.ShouldContain("format 99");
    }

    private IDocuments<BoatDocument> Open(int changesKept = SqliteDocumentStore.DefaultChangesKept)
    {
        var store = new SqliteDocumentStore(FilePath, NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System, changesKept);
        _stores.Add(store);
        return store.Open(BoatDocument.Type);
    }

    private static SqliteDocumentWrite Insert(string id)
        => new() { Collection = "boats", Id = id, Expected = null, Body = System.Text.Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}""") };

    private sealed class HeldSignal(string path) : IDisposable
    {
        public SqliteSignal Signal { get; } = SqliteSignal.Acquire(path);

        public void Dispose() => Signal.Release();
    }

    /// <summary>Holds the writer, so that what follows is one group.</summary>
    private sealed class BlockingWrite(ManualResetEventSlim gate) : SqliteWrite
    {
        protected override WriteOutcome ApplyCore(SqliteSession session, ref long revision)
        {
            gate.Wait(_patience).ShouldBeTrue();
            return WriteOutcome.Written;
        }
    }

    private sealed class FailingWrite : SqliteWrite
    {
        protected override WriteOutcome ApplyCore(SqliteSession session, ref long revision)
        {
            session.Execute("UPDATE documents SET version = 0");
            throw new NotSupportedException("of this one alone");
        }
    }
}
