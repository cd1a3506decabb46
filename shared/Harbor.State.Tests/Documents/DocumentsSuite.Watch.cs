using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

public abstract partial class DocumentsSuite
{
    [Fact]
    public async Task Watch_OfNothing_IsAnEmptySnapshot()
    {
        await using var watch = Watch();

        (await watch.SnapshotAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Watch_WithDocuments_StartsWithAllOfThem()
    {
        var boat = await InsertAsync(new() { Id = "a", Count = 7 });
        await InsertAsync(new() { Id = "b" });
        await using var watch = Watch();

        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.SnapshotStarted);
        var steps = new[] { await watch.NextAsync(), await watch.NextAsync() };
        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.SnapshotCompleted);

        steps.Select(step => step.Id).Order().ShouldBe(["a", "b"]);
        steps.Single(step => step.Id == "a").Document.ShouldEqual(boat);
    }

    [Fact]
    public async Task Watch_AfterTheSnapshot_SaysEachChangeInOrder()
    {
        await using var watch = Watch();
        await watch.SnapshotAsync();

        var boat = await InsertAsync(new() { Id = "a" });
        (await watch.NextAsync()).Document.ShouldEqual(boat);
        var replaced = await ReplaceAsync(boat with { Count = 1 });
        (await watch.NextAsync()).Document.ShouldEqual(replaced);
        await Boats.DeleteAsync(replaced, Cancelled);
        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.Deleted("a"));
        var again = await InsertAsync(new() { Id = "a", Count = 2 });
        (await watch.NextAsync()).Document.ShouldEqual(again);
    }

    [Fact]
    public async Task Watch_OfManyDocuments_KeepsTheOrderOfWrites()
    {
        await using var watch = Watch();
        await watch.SnapshotAsync();

        for (var i = 0; i < 100; i++)
        {
            await InsertAsync(new() { Id = $"b{(i * 37) % 100:00}" });
        }

        var steps = await watch.UntilAsync($"b{(99 * 37) % 100:00}", boat => boat is not null);
        steps.Select(step => step.Id).ShouldBe(Enumerable.Range(0, 100).Select(i => $"b{(i * 37) % 100:00}"));
    }

    [Fact]
    public async Task Watch_OfAPrefix_SeesThatAlone()
    {
        await InsertAllAsync("a/1", "b/1");
        await using var watch = Watch("a/");
        (await watch.SnapshotAsync()).ShouldBe(["a/1"]);

        await InsertAsync(new() { Id = "b/2" });
        await InsertAsync(new() { Id = "a" });
        var boat = await InsertAsync(new() { Id = "a/2" });

        (await watch.NextAsync()).Document.ShouldEqual(boat);
    }

    [Fact]
    public async Task Watch_ByOneWhoKnowsAVersion_LeavesThatOut()
    {
        var known = long.MaxValue;
        await using var watch = new WatchReader(Boats, Patience, isKnown: (id, version) => id == "a" && version <= known);
        await watch.SnapshotAsync();

        var boat = await ReplaceAsync(await InsertAsync(new() { Id = "a" }) with { Count = 1 });
        await InsertAsync(new() { Id = "b" });
        (await watch.NextAsync()).Id.ShouldBe("b");

        known = boat.Version;
        var replaced = await ReplaceAsync(boat with { Count = 2 });
        (await watch.NextAsync()).Document.ShouldEqual(replaced);
    }

    [Fact]
    public async Task Watch_ByOneWhoKnowsWhatIsDeleted_SaysThatItIs()
    {
        await using var watch = new WatchReader(Boats, Patience, isKnown: (_, _) => true);
        var boat = await InsertAsync(new() { Id = "a" });
        (await watch.SnapshotAsync()).ShouldBe(["a"]);

        await Boats.DeleteAsync(boat, Cancelled);

        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.Deleted("a"));
    }

    [Fact]
    public async Task Watch_ByTwo_BothSeeAll()
    {
        await using var one = Watch();
        await using var two = new WatchReader(OpenStore().Open(BoatDocument.Type), Patience);
        await one.SnapshotAsync();
        await two.SnapshotAsync();

        await InsertAsync(new() { Id = "a" });
        await InsertAsync(new() { Id = "b" });

        (await one.UntilAsync("b", boat => boat is not null)).Select(step => step.Id).ShouldBe(["a", "b"]);
        (await two.UntilAsync("b", boat => boat is not null)).Select(step => step.Id).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Watch_StartedAmongWrites_EndsUpWithWhatIsStored()
    {
        var other = OpenStore().Open(BoatDocument.Type);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var id = $"w{writer}/{i % 5}";
                var boat = await other.GetAsync(id, Cancelled);
                _ = boat is null ? (await other.InsertAsync(new() { Id = id, Count = i }, Cancelled)).Outcome
                    : i % 3 == 0 ? await other.DeleteAsync(boat, Cancelled)
                    : (await other.ReplaceAsync(boat with { Count = i }, Cancelled)).Outcome;
            }
        }));

        for (var round = 0; round < 5; round++)
        {
            await using var watch = Watch();
            await watch.SnapshotAsync();
            for (var i = 0; i < 20; i++)
            {
                await watch.NextAsync();
            }
        }

        await using var last = Watch();
        var seen = new Dictionary<string, BoatDocument>();
        var known = await NextKnownAsync(last, seen);
        while (known != DocumentChangeKind.SnapshotCompleted)
        {
            known = await NextKnownAsync(last, seen);
        }

        await enough.CancelAsync();
        await writing;
        await InsertAsync(new() { Id = "end" });
        while (!seen.ContainsKey("end"))
        {
            await NextKnownAsync(last, seen);
        }

        seen.Values.OrderBy(boat => boat.Id, StringComparer.Ordinal).ShouldBe(await Boats.QueryAsync(DocumentQuery.All, Cancelled), new SameBoat());
    }

    [Fact]
    public async Task Watch_WhenCancelled_Ends()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var completed = new TaskCompletionSource();
        var watching = Task.Run(
            async () =>
            {
                await foreach (var step in Boats.WatchAsync("", stop.Token))
                {
                    if (step.Kind == DocumentChangeKind.SnapshotCompleted)
                    {
                        completed.SetResult();
                    }
                }
            },
            Cancelled);
        await completed.Task.WaitAsync(Patience, Cancelled);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => watching.WaitAsync(Patience, Cancelled));
    }

    protected WatchReader Watch(string idPrefix = "") => new(Boats, Patience, idPrefix);

    private static async Task<DocumentChangeKind> NextKnownAsync(WatchReader watch, Dictionary<string, BoatDocument> seen)
    {
        var step = await watch.NextAsync();
        if (step.Kind == DocumentChangeKind.Deleted)
        {
            seen.Remove(step.Id);
        }
        else if (step.Document is { } boat && (!seen.TryGetValue(boat.Id, out var older) || older.Version < boat.Version))
        {
            seen[boat.Id] = boat;
        }

        return step.Kind;
    }

    private sealed class SameBoat : IEqualityComparer<BoatDocument>
    {
        public bool Equals(BoatDocument? x, BoatDocument? y) => x?.Id == y?.Id && x?.Version == y?.Version && x?.Count == y?.Count;

        public int GetHashCode(BoatDocument boat) => boat.Id.GetHashCode(StringComparison.Ordinal);
    }
}
