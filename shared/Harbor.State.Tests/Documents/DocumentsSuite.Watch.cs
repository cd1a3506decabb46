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
        var known = new BoatDocument { Id = "a", Version = long.MaxValue };
        await using var watch = new WatchReader(Boats, Patience, known: id => id == "a" ? known : null);
        await watch.SnapshotAsync();

        var boat = await ReplaceAsync(await InsertAsync(new() { Id = "a" }) with { Count = 1 });
        await InsertAsync(new() { Id = "b" });
        (await watch.NextAsync()).Id.ShouldBe("b");

        known = boat;
        var replaced = await ReplaceAsync(boat with { Count = 2 });
        (await watch.NextAsync()).Document.ShouldEqual(replaced);
    }

    /// <summary>Such a watcher may be told what has changed alone: whatever that is, the document has to come out as it was written.</summary>
    [Theory]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(3, null)]
    [InlineData(4, nameof(BoatDocument.Crew))]
    [InlineData(5, nameof(BoatDocument.Cargo))]
    public async Task Watch_ByOneWhoKnowsWhatWasReplaced_SaysEachDocumentAsItWasWritten(int seed, string? leaveOut)
    {
        var random = new Random(seed);
        var latest = (await InsertAllAsync(4)).ToDictionary(boat => boat.Id);
        var (last, known) = (latest.Keys.Max()!, latest.ToDictionary());
        var written = latest.Values.ToDictionary(boat => (boat.Id, boat.Version));
        await using var watch = new WatchReader(Boats, Patience, known: id => known[id], leaveOut: () => leaveOut);
        await watch.SnapshotAsync();

        for (var round = 0; round < 40; round++)
        {
            var some = latest.Values.Where(_ => random.Next(2) == 0).ToList();
            foreach (var result in await Boats.ReplaceAllAsync([.. some.Select(boat => new Replacement<BoatDocument>(boat, Changed(boat, random)))], Cancelled))
            {
                Take(result.Document!);
            }

            Take(await ReplaceAsync(Changed(latest[last], random)));
            foreach (var step in await watch.UntilAsync(last, boat => boat!.Version == latest[last].Version))
            {
                step.Document!.ShouldEqual(written[(step.Id, step.Document!.Version)]);
                known[step.Id] = step.Document;
            }
        }

        void Take(BoatDocument boat)
        {
            written.Add((boat.Id, boat.Version), boat);
            latest[boat.Id] = boat;
        }
    }

    /// <summary>One field or several: some lose, some get and some keep elements, or stay as they are.</summary>
    private static BoatDocument Changed(BoatDocument boat, Random random)
    {
        var changed = boat with { Crew = [.. boat.Crew.Where(_ => random.Next(4) > 0), .. Enumerable.Range(0, random.Next(3)).Select(_ => $"{random.Next(20)}")] };
        return random.Next(8) switch
        {
            0 => changed with { Crew = [.. changed.Crew.Reverse()] },
            1 => changed with { Crew = [] },
            2 => changed with { Due = random.Next(2) == 0 ? null : DateTimeOffset.UnixEpoch.AddDays(random.Next(9)) },
            3 => changed with { Tender = random.Next(2) == 0 ? null : new() { Id = "tender", Count = random.Next(9) }, Count = random.Next(9) },
            4 => boat with { Cargo = new Dictionary<string, int> { [$"a.b%{random.Next(9)}"] = random.Next(9) }, Rig = (Rig)random.Next(2), Length = random.NextDouble() },
            5 => boat with { Owner = $"o{random.Next(9)}", Afloat = !boat.Afloat, Lap = TimeSpan.FromSeconds(random.Next(99)) },
            6 => boat,
            _ => changed,
        };
    }

    /// <summary>Whether the change that may be left out is told or not, the next one brings the document as it is.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("fleet/")]
    public async Task Watch_ThatLeavesAPropertyOut_SaysAllElse(string idPrefix)
    {
        var boat = await InsertAsync(new() { Id = "fleet/a", Crew = ["ann"] });
        var known = boat;
        await using var watch = new WatchReader(Boats, Patience, idPrefix, _ => known, () => nameof(BoatDocument.Crew));
        await watch.SnapshotAsync();
        var crewed = await ReplaceOneAsync(boat, boat with { Crew = ["ann", "ben"] });

        var counted = await ReplaceOneAsync(crewed, crewed with { Count = 1 });
        await ToldAsync(counted);
        var both = await ReplaceOneAsync(counted, counted with { Crew = ["cid"], Owner = "dan" });
        await ToldAsync(both);

        // Such a write does not say what it changes.
        var whole = await ReplaceAsync(both with { Crew = [] });
        await ToldAsync(whole);
        await Boats.DeleteAsync(whole, Cancelled);
        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.Deleted(boat.Id));
        var again = await InsertAsync(new() { Id = boat.Id });
        (await watch.NextAsync()).Document.ShouldEqual(again);

        async Task ToldAsync(BoatDocument expected)
        {
            var steps = await watch.UntilAsync(boat.Id, told => told!.Version >= expected.Version);
            steps[^1].Document.ShouldEqual(expected);
            known = expected;
        }
    }

    /// <summary>What was not read yet when it came to that may be left out too; all else is told, once, and nothing else again.</summary>
    [Fact]
    public async Task Watch_ThatComesToLeaveAPropertyOut_GoesOnWhereItIs()
    {
        var boats = (await InsertAllAsync(3)).ToList();
        string? leaveOut = null;
        var known = new Dictionary<string, BoatDocument>();
        await using var watch = new WatchReader(Boats, Patience, known: known.GetValueOrDefault, leaveOut: () => leaveOut);
        await watch.SnapshotAsync();
        var counted = await ReplaceOneAsync(boats[0], boats[0] with { Count = 1 });
        (await watch.NextAsync()).Document.ShouldEqual(counted);
        known[counted.Id] = counted;
        var crewed = await ReplaceOneAsync(boats[1], boats[1] with { Crew = ["ann"] });
        var owned = await ReplaceOneAsync(boats[2], boats[2] with { Owner = "ben" });

        leaveOut = nameof(BoatDocument.Crew);

        var steps = await watch.UntilAsync(owned.Id, boat => boat!.Version == owned.Version);
        steps[^1].Document.ShouldEqual(owned);
        steps.Select(step => step.Id).ShouldBeSubsetOf([crewed.Id, owned.Id]);
        var both = await ReplaceOneAsync(counted, counted with { Crew = ["cid"], Count = 2 });
        (await watch.NextAsync()).Document.ShouldEqual(both);
        await Boats.DeleteAsync(crewed, Cancelled);
        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.Deleted(crewed.Id));
    }

    [Fact]
    public async Task Watch_ByOneWhoKnowsWhatIsDeleted_SaysThatItIs()
    {
        await using var watch = new WatchReader(Boats, Patience, known: id => new() { Id = id, Version = long.MaxValue });
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
