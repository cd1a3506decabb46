using System.Diagnostics;
using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Sqlite;
using Harbor.State.Tests.Documents;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.State.Tests.Rates;

/// <summary>
/// Measures, and asserts nothing: writes a second and the time from a write to its watch. Run with <c>--explicit only --filter-class *WriteRates</c>;
/// the figures are in the test's output.
/// </summary>
public sealed class WriteRates(MongoServer server) : IClassFixture<MongoServer>
{
    private const int Seconds = 3;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Sqlite()
    {
        using var directory = new TemporaryDirectory("rates");
        using var store = new SqliteDocumentStore(directory.Combine("harbor.db"), NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System);
        await MeasureAsync("SQLite", store.Open(BoatDocument.Type));
    }

    [Fact(Explicit = true)]
    public async Task Mongo()
    {
        await using var database = server.NewDatabase();
        using var store = new MongoDocumentStore(database.ConnectionString, NullLogger<MongoDocumentStore>.Instance, TimeProvider.System);
        await MeasureAsync("MongoDB", store.Open(BoatDocument.Type));
    }

    private static async Task MeasureAsync(string home, IDocuments<BoatDocument> boats)
    {
        foreach (var writers in new[] { 1, 64 })
        {
            Say($"{home}, {writers} writers: {await RateAsync(boats, writers, InsertAsync):F0} inserts/s, {await RateAsync(boats, writers, ReplaceAsync):F0} read-and-replaces/s");
        }

        Say($"{home}: {await RateAsync(boats, 1, async (boats, id, _) => await boats.GetAsync(id, Cancelled)):F0} reads/s by one reader");
        Say($"{home}: write to watch {await WatchLatencyAsync(boats)}");
    }

    private static async Task<double> RateAsync(IDocuments<BoatDocument> boats, int writers, Func<IDocuments<BoatDocument>, string, int, Task> write)
    {
        var count = 0;
        var run = Guid.NewGuid().ToString("N");
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => boats.InsertAsync(new() { Id = $"{run}/{writer}" }, Cancelled).AsTask()));
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(Seconds); i++)
                {
                    await write(boats, $"{run}/{writer}", i);
                    Interlocked.Increment(ref count);
                }
            },
            Cancelled)));
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task InsertAsync(IDocuments<BoatDocument> boats, string id, int number)
        => await boats.InsertAsync(new() { Id = $"{id}/{number}", Owner = id, Crew = ["a", "b"], Due = DateTimeOffset.UnixEpoch }, Cancelled);

    private static async Task ReplaceAsync(IDocuments<BoatDocument> boats, string id, int number)
        => await boats.ReplaceAsync((await boats.GetAsync(id, Cancelled))! with { Count = number }, Cancelled);

    private static async Task<string> WatchLatencyAsync(IDocuments<BoatDocument> boats)
    {
        await using var watch = new WatchReader(boats, TimeSpan.FromSeconds(30), "watched/");
        await watch.SnapshotAsync();
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var next = watch.NextAsync();
            await boats.InsertAsync(new() { Id = $"watched/{i:000}" }, Cancelled);
            await next;
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return $"p50 {times[100]:F1} ms, p99 {times[197]:F1} ms (write included)";
    }

    private static void Say(string figures) => TestContext.Current.TestOutputHelper!.WriteLine(figures);
}
