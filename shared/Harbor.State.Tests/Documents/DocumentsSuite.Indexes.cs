using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

public abstract partial class DocumentsSuite
{
    [Fact]
    public async Task Query_All_IsOrderedById()
    {
        await InsertAllAsync("b", "a/2", "a", "a/10");

        Ids(await Boats.QueryAsync(DocumentQuery.All, Cancelled)).ShouldBe(["a", "a/10", "a/2", "b"]);
    }

    [Fact]
    public async Task Query_ByPrefix_IsThatAlone()
    {
        await InsertAllAsync("a", "a/", "a/1", "a/zz", "a0", "b", "%", "a\uFFFF");

        Ids(await Boats.QueryAsync(new(IdPrefix: "a/"), Cancelled)).ShouldBe(["a/", "a/1", "a/zz"]);
    }

    [Fact]
    public async Task Query_InPages_SeesEachOnce()
    {
        await InsertAllAsync([.. Enumerable.Range(0, 25).Select(i => $"p/{i:00}"), "o", "q"]);

        var seen = new List<string>();
        for (var after = (string?)null; ;)
        {
            var page = Ids(await Boats.QueryAsync(new(IdPrefix: "p/", AfterId: after, Limit: 10), Cancelled));
            seen.AddRange(page);
            if (page.Count < 10)
            {
                break;
            }

            after = page[^1];
        }

        seen.ShouldBe([.. Enumerable.Range(0, 25).Select(i => $"p/{i:00}")]);
    }

    [Fact]
    public async Task Query_ByKey_SeesOnlyItsDocuments()
    {
        await InsertAsync(new() { Id = "c", Owner = "ann" });
        await InsertAsync(new() { Id = "b", Owner = "anna" });
        await InsertAsync(new() { Id = "a", Owner = "ann" });

        Ids(await Boats.QueryAsync(DocumentQuery.Where("owner", "ann"), Cancelled)).ShouldBe(["a", "c"]);
        Ids(await Boats.QueryAsync(new("owner", "ann", AfterId: "a"), Cancelled)).ShouldBe(["c"]);
        Ids(await Boats.QueryAsync(new("owner", "ann", Limit: 1), Cancelled)).ShouldBe(["a"]);
        Ids(await Boats.QueryAsync(new("owner", "ann", IdPrefix: "c"), Cancelled)).ShouldBe(["c"]);
        (await Boats.QueryAsync(DocumentQuery.Where("owner", "an"), Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Query_BySeveralKeysOfADocument_FindsItByEach()
    {
        await InsertAsync(new() { Id = "a", Crew = ["x", "y", "x"] });
        await InsertAsync(new() { Id = "b", Crew = ["y"] });
        await InsertAsync(new() { Id = "c" });

        Ids(await Boats.QueryAsync(DocumentQuery.Where("crew", "x"), Cancelled)).ShouldBe(["a"]);
        Ids(await Boats.QueryAsync(DocumentQuery.Where("crew", "y"), Cancelled)).ShouldBe(["a", "b"]);
        Ids(await Boats.QueryAsync(DocumentQuery.UpTo("crew", "z"), Cancelled)).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Query_UpToATime_IsOrderedByTime()
    {
        var noon = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        await InsertAsync(new() { Id = "late", Due = noon.AddTicks(1) });
        await InsertAsync(new() { Id = "a-now", Due = noon });
        await InsertAsync(new() { Id = "b-early", Due = noon.AddDays(-400) });
        await InsertAsync(new() { Id = "never" });

        Ids(await Boats.QueryAsync(DocumentQuery.UpTo("due", DocumentKeys.Of(noon)), Cancelled)).ShouldBe(["b-early", "a-now"]);
        Ids(await Boats.QueryAsync(DocumentQuery.UpTo("due", DocumentKeys.Of(noon)) with { Limit = 1 }, Cancelled)).ShouldBe(["b-early"]);
    }

    [Fact]
    public async Task Query_AfterAKeyChanged_FollowsTheNewOne()
    {
        var boat = await InsertAsync(new() { Id = "a", Owner = "ann", Crew = ["x", "y"] });
        boat = await ReplaceAsync(boat with { Owner = "bob", Crew = ["y", "z"] });

        (await Boats.QueryAsync(DocumentQuery.Where("owner", "ann"), Cancelled)).ShouldBeEmpty();
        (await Boats.QueryAsync(DocumentQuery.Where("crew", "x"), Cancelled)).ShouldBeEmpty();
        Ids(await Boats.QueryAsync(DocumentQuery.Where("owner", "bob"), Cancelled)).ShouldBe(["a"]);
        Ids(await Boats.QueryAsync(DocumentQuery.Where("crew", "z"), Cancelled)).ShouldBe(["a"]);

        await Boats.DeleteAsync(boat, Cancelled);
        (await Boats.QueryAsync(DocumentQuery.Where("owner", "bob"), Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Query_WhatNoHomeCanAnswer_IsRefused()
    {
        await Should.ThrowAsync<ArgumentException>(async () => await Boats.QueryAsync(DocumentQuery.Where("colour", "red"), Cancelled));
        await Should.ThrowAsync<ArgumentException>(async () => await Boats.QueryAsync(new(Index: "owner"), Cancelled));
        await Should.ThrowAsync<ArgumentException>(async () => await Boats.QueryAsync(new("due", "x", KeyMatch.UpTo, AfterId: "a"), Cancelled));
    }

    [Fact]
    public async Task Insert_AUniqueKeyThatAnotherHas_IsKeyTaken()
    {
        var first = await InsertAsync(new() { Id = "a", SailNumber = "D-1" });
        await InsertAsync(new() { Id = "none-1" });
        await InsertAsync(new() { Id = "none-2" });

        (await Boats.InsertAsync(new() { Id = "b", SailNumber = "D-1" }, Cancelled)).Outcome.ShouldBe(WriteOutcome.KeyTaken);
        (await Boats.GetAsync("b", Cancelled)).ShouldBeNull();

        await Boats.DeleteAsync(first, Cancelled);
        (await Boats.InsertAsync(new() { Id = "b", SailNumber = "D-1" }, Cancelled)).Outcome.ShouldBe(WriteOutcome.Written);
    }

    [Fact]
    public async Task Insert_AnIdThatExistsWithItsOwnUniqueKey_IsAConflict()
    {
        await InsertAsync(new() { Id = "a", SailNumber = "D-1" });

        (await Boats.InsertAsync(new() { Id = "a", SailNumber = "D-1" }, Cancelled)).Outcome.ShouldBe(WriteOutcome.Conflict);
    }

    [Fact]
    public async Task Replace_IntoAUniqueKeyThatAnotherHas_IsKeyTakenAndChangesNothing()
    {
        await InsertAsync(new() { Id = "a", SailNumber = "D-1" });
        var boat = await InsertAsync(new() { Id = "b", SailNumber = "D-2" });

        (await Boats.ReplaceAsync(boat with { SailNumber = "D-1" }, Cancelled)).Outcome.ShouldBe(WriteOutcome.KeyTaken);

        (await Boats.GetAsync("b", Cancelled)).ShouldEqual(boat);
        (await Boats.ReplaceAsync(boat with { Count = 1 }, Cancelled)).Outcome.ShouldBe(WriteOutcome.Written);
    }

    [Fact]
    public async Task Insert_ManyAtOnceWithOneUniqueKey_OneWins()
    {
        var other = OpenStore().Open(BoatDocument.Type);

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
            (i % 2 == 0 ? Boats : other).InsertAsync(new() { Id = $"b{i}", SailNumber = "D-1" }, Cancelled).AsTask()));

        results.Count(result => result.Written).ShouldBe(1);
        results.Count(result => result.Outcome == WriteOutcome.KeyTaken).ShouldBe(29);
        (await Boats.QueryAsync(DocumentQuery.All, Cancelled)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Indexes_DeclaredAfterTheDataWasWritten_FindIt()
    {
        var old = new DocumentType<BoatDocument>("ships", BoatJson.Default.BoatDocument, new DocumentIndex<BoatDocument>("owner", boat => [boat.Owner]));
        var ship = (await OpenStore().Open(old).InsertAsync(new() { Id = "a", Owner = "ann", Crew = ["x"] }, Cancelled)).Document;

        var ships = OpenStore().Open(BoatDocument.Type with { Collection = "ships" });

        (await ships.QueryAsync(DocumentQuery.Where("crew", "x"), Cancelled)).ShouldHaveSingleItem().ShouldEqual(ship);
        (await ships.QueryAsync(DocumentQuery.Where("owner", "ann"), Cancelled)).ShouldHaveSingleItem().ShouldEqual(ship);
    }

    private static List<string> Ids(IEnumerable<BoatDocument> boats) => [.. boats.Select(boat => boat.Id)];

    private async Task InsertAllAsync(params IEnumerable<string> ids)
        => await Task.WhenAll(ids.Select(id => InsertAsync(new() { Id = id })));
}
