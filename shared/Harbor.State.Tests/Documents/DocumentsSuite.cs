using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

/// <summary>What every home of documents does. One class a home derives from it.</summary>
public abstract partial class DocumentsSuite : IAsyncLifetime
{
    /// <summary>Longer than anything here takes on a loaded machine; a wait that ends so says what was missing.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IDocumentStore? _store;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected IDocuments<BoatDocument> Boats { get; private set; } = null!;

    /// <summary>Another store on the same data, as another process would have it. The fixture closes it.</summary>
    protected abstract IDocumentStore OpenStore();

    public virtual ValueTask InitializeAsync()
    {
        _store = OpenStore();
        Boats = _store.Open(BoatDocument.Type);
        return ValueTask.CompletedTask;
    }

    public abstract ValueTask DisposeAsync();

    [Fact]
    public void Open_TheSameTypeTwice_IsTheSameObject() => _store!.Open(BoatDocument.Type).ShouldBeSameAs(Boats);

    [Fact]
    public async Task Get_WhatWasInserted_IsEqualInEveryField()
    {
        var boat = new BoatDocument
        {
            Id = "default/1",
            Owner = "Zoë \"the Old\"\n",
            Crew = ["b", "a"],
            SailNumber = "D-1",
            Due = new DateTimeOffset(2026, 5, 4, 3, 2, 1, 7, TimeSpan.FromHours(2)),
            Count = 9_007_199_254_740_993,
            Length = 7.25,
            Afloat = true,
            Rig = Rig.Ketch,
            Lap = TimeSpan.FromMilliseconds(61_001),
            Cargo = new Dictionary<string, int> { ["tea.green"] = 1, ["$"] = 2, [""] = 3, ["50%25"] = 4 },
            Tender = new BoatDocument { Id = "t", Count = -1 },
        };

        var written = await Boats.InsertAsync(boat, Cancelled);
        var read = await Boats.GetAsync("default/1", Cancelled);

        written.Outcome.ShouldBe(WriteOutcome.Written);
        read.ShouldNotBeNull();
        read.ShouldEqual(written.Document);
        read.ShouldEqual(boat with { Version = read.Version });
        read.Version.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Get_WhatWasWrittenBeforeAFieldWasAdded_HasTheFieldsInitialValue()
    {
        await OpenStore().Open(new DocumentType<OldBoatDocument>("boats", BoatJson.Default.OldBoatDocument)).InsertAsync(new() { Id = "old", Count = 3 }, Cancelled);

        var boat = await Boats.GetAsync("old", Cancelled);

        boat.ShouldEqual(new() { Id = "old", Count = 3, Version = boat!.Version });
    }

    [Fact]
    public async Task Document_OfANewerProgram_DoesNotHideTheOthers()
    {
        await using var watch = Watch();
        await watch.SnapshotAsync();
        await OpenStore().Open(new DocumentType<NewBoatDocument>("boats", BoatJson.Default.NewBoatDocument)).InsertAsync(new() { Id = "new", Rig = "Catamaran" }, Cancelled);
        await InsertAsync(new() { Id = "ours" });

        Ids(await Boats.QueryAsync(DocumentQuery.All, Cancelled)).ShouldBe(["ours"]);
        (await watch.NextAsync()).Id.ShouldBe("ours");
        await using var next = Watch();
        (await next.SnapshotAsync()).ShouldBe(["ours"]);
    }

    [Fact]
    public async Task Get_AnUnknownId_IsNull() => (await Boats.GetAsync("none", Cancelled)).ShouldBeNull();

    [Fact]
    public async Task Insert_AnIdThatExists_IsAConflictAndChangesNothing()
    {
        var first = await InsertAsync(new() { Id = "a", Count = 1 });

        var second = await Boats.InsertAsync(new() { Id = "a", Count = 2 }, Cancelled);

        second.Outcome.ShouldBe(WriteOutcome.Conflict);
        second.Document.ShouldBeNull();
        (await Boats.GetAsync("a", Cancelled)).ShouldEqual(first);
    }

    [Fact]
    public async Task Insert_AnIdOfNoLengthOrTooLong_IsRefused()
    {
        await Should.ThrowAsync<ArgumentException>(async () => await Boats.InsertAsync(new() { Id = "" }, Cancelled));
        await Should.ThrowAsync<ArgumentException>(async () => await Boats.InsertAsync(new() { Id = new string('x', 513) }, Cancelled));
        (await Boats.InsertAsync(new() { Id = new string('x', 512) }, Cancelled)).Written.ShouldBeTrue();
    }

    [Fact]
    public async Task Insert_ManyAtOnceOfOneId_OneWins()
    {
        var other = OpenStore().Open(BoatDocument.Type);

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            (i % 2 == 0 ? Boats : other).InsertAsync(new() { Id = "a", Count = i }, Cancelled).AsTask()));

        results.Count(result => result.Written).ShouldBe(1);
        results.Count(result => result.Outcome == WriteOutcome.Conflict).ShouldBe(39);
        (await Boats.GetAsync("a", Cancelled)).ShouldEqual(results.Single(result => result.Written).Document);
    }

    [Fact]
    public async Task Replace_TheVersionThatWasRead_IsWrittenWithAHigherVersion()
    {
        var boat = await InsertAsync(new() { Id = "a" });

        var result = await Boats.ReplaceAsync(boat with { Count = 5 }, Cancelled);

        result.Outcome.ShouldBe(WriteOutcome.Written);
        result.Document!.Version.ShouldBeGreaterThan(boat.Version);
        (await Boats.GetAsync("a", Cancelled)).ShouldEqual(result.Document);
    }

    [Fact]
    public async Task Replace_AfterAnotherWrite_IsAConflictAndChangesNothing()
    {
        var boat = await InsertAsync(new() { Id = "a" });
        var winner = await ReplaceAsync(boat with { Count = 1 });

        var result = await Boats.ReplaceAsync(boat with { Count = 2 }, Cancelled);

        result.Outcome.ShouldBe(WriteOutcome.Conflict);
        (await Boats.GetAsync("a", Cancelled)).ShouldEqual(winner);
    }

    [Fact]
    public async Task Replace_WhatIsGone_IsAConflict()
    {
        var boat = await InsertAsync(new() { Id = "a" });
        (await Boats.DeleteAsync(boat, Cancelled)).ShouldBe(WriteOutcome.Written);

        (await Boats.ReplaceAsync(boat, Cancelled)).Outcome.ShouldBe(WriteOutcome.Conflict);
        (await Boats.GetAsync("a", Cancelled)).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_AfterAnotherWrite_IsAConflictAndChangesNothing()
    {
        var boat = await InsertAsync(new() { Id = "a" });
        var winner = await ReplaceAsync(boat with { Count = 1 });

        (await Boats.DeleteAsync(boat, Cancelled)).ShouldBe(WriteOutcome.Conflict);
        (await Boats.GetAsync("a", Cancelled)).ShouldEqual(winner);
    }

    [Fact]
    public async Task Insert_AfterADelete_HasAHigherVersionThanBefore()
    {
        var boat = await ReplaceAsync(await InsertAsync(new() { Id = "a" }));
        await Boats.DeleteAsync(boat, Cancelled);

        (await InsertAsync(new() { Id = "a" })).Version.ShouldBeGreaterThan(boat.Version);
    }

    [Fact]
    public async Task Increments_OfManyWritersInTwoStores_LoseNothing()
    {
        var other = OpenStore().Open(BoatDocument.Type);
        await InsertAsync(new() { Id = "a" });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var boats = i % 2 == 0 ? Boats : other;
            for (var done = 0; done < 10;)
            {
                var boat = await boats.GetAsync("a", Cancelled);
                done += (await boats.ReplaceAsync(boat! with { Count = boat.Count + 1 }, Cancelled)).Written ? 1 : 0;
            }
        }));

        (await Boats.GetAsync("a", Cancelled))!.Count.ShouldBe(160);
    }

    [Fact]
    public async Task Writes_TogetherWithALosingOne_AreAllStored()
    {
        var boat = await InsertAsync(new() { Id = "raced", SailNumber = "D-1" });
        await ReplaceAsync(boat with { Count = 1 });

        var writes = Enumerable.Range(0, 60).Select(i => Boats.InsertAsync(new() { Id = $"b{i:00}" }, Cancelled).AsTask()).ToList();
        writes.Insert(20, Boats.ReplaceAsync(boat, Cancelled).AsTask());
        writes.Insert(30, Boats.InsertAsync(new() { Id = "thief", SailNumber = "D-1" }, Cancelled).AsTask());
        var results = await Task.WhenAll(writes);

        results[20].Outcome.ShouldBe(WriteOutcome.Conflict);
        results[30].Outcome.ShouldBe(WriteOutcome.KeyTaken);
        results.Count(result => result.Written).ShouldBe(60);
        (await Boats.QueryAsync(new(IdPrefix: "b"), Cancelled)).Count.ShouldBe(60);
    }

    [Fact]
    public async Task Data_OfAStore_IsThereInTheNext()
    {
        var boat = await InsertAsync(new() { Id = "a", Owner = "me", Count = 3 });

        var next = OpenStore().Open(BoatDocument.Type);

        (await next.GetAsync("a", Cancelled)).ShouldEqual(boat);
        (await next.QueryAsync(DocumentQuery.Where("owner", "me"), Cancelled)).ShouldHaveSingleItem().ShouldEqual(boat);
    }

    [Fact]
    public async Task Ping_AStoreThatIsThere_Completes() => await _store!.PingAsync(Cancelled);

    protected async Task<BoatDocument> InsertAsync(BoatDocument boat)
    {
        var result = await Boats.InsertAsync(boat, Cancelled);
        result.Outcome.ShouldBe(WriteOutcome.Written);
        return result.Document!;
    }

    protected async Task<BoatDocument> ReplaceAsync(BoatDocument boat)
    {
        var result = await Boats.ReplaceAsync(boat, Cancelled);
        result.Outcome.ShouldBe(WriteOutcome.Written);
        return result.Document!;
    }
}
