using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

/// <content>Many replaced at once.</content>
public abstract partial class DocumentsSuite
{
    [Fact]
    public async Task ReplaceAll_EachThatWasRead_IsWrittenWithAHigherVersion()
    {
        var boats = await InsertAllAsync(20);

        var results = await Boats.ReplaceAllAsync([.. boats.Select(boat => new Replacement<BoatDocument>(boat, boat with { Count = 7, Owner = "fleet" }))], Cancelled);

        results.ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
        results.Zip(boats).ShouldAllBe(pair => pair.First.Document!.Id == pair.Second.Id && pair.First.Document.Version > pair.Second.Version);
        var stored = await Boats.QueryAsync(DocumentQuery.Where("owner", "fleet"), Cancelled);
        stored.Count.ShouldBe(20);
        stored.Zip(results).ToList().ForEach(pair => pair.First.ShouldEqual(pair.Second.Document!));
        (await Boats.ReplaceAsync(results[3].Document! with { Count = 8 }, Cancelled)).Written.ShouldBeTrue();
    }

    [Fact]
    public async Task ReplaceAll_WithLosingOnes_WritesTheOthersAndNamesTheLosers()
    {
        var boats = await InsertAllAsync(8);
        await InsertAsync(new() { Id = "owner of the number", SailNumber = "D-1" });
        var winner = await ReplaceAsync(boats[1] with { Count = 99 });
        await Boats.DeleteAsync(boats[5], Cancelled);

        var results = await Boats.ReplaceAllAsync([.. boats.Select((boat, place) => new Replacement<BoatDocument>(boat, boat with { Count = 7, SailNumber = place == 3 ? "D-1" : null }))], Cancelled);

        results.Select(result => result.Outcome).ShouldBe(
        [
            WriteOutcome.Written, WriteOutcome.Conflict, WriteOutcome.Written, WriteOutcome.KeyTaken,
            WriteOutcome.Written, WriteOutcome.Conflict, WriteOutcome.Written, WriteOutcome.Written,
        ]);
        results.Where(result => !result.Written).ShouldAllBe(result => result.Document == null);
        (await Boats.GetAsync(boats[1].Id, Cancelled)).ShouldEqual(winner);
        (await Boats.GetAsync(boats[3].Id, Cancelled)).ShouldEqual(boats[3]);
        (await Boats.GetAsync(boats[5].Id, Cancelled)).ShouldBeNull();
        (await Boats.GetAsync(boats[7].Id, Cancelled)).ShouldEqual(results[7].Document!);
    }

    [Fact]
    public async Task ReplaceAll_OfManyWritersInTwoStores_LosesNothing()
    {
        var other = OpenStore().Open(BoatDocument.Type);
        var ids = (await InsertAllAsync(6)).Select(boat => boat.Id).ToList();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var boats = writer % 2 == 0 ? Boats : other;
            var left = ids.ToDictionary(id => id, _ => 5);
            while (left.Count > 0)
            {
                var read = await Task.WhenAll(left.Keys.Select(id => boats.GetAsync(id, Cancelled).AsTask()));
                try
                {
                    foreach (var written in (await boats.ReplaceAllAsync([.. read.Select(boat => new Replacement<BoatDocument>(boat!, boat! with { Count = boat.Count + 1, Crew = [.. boat.Crew, $"{writer}"] }))], Cancelled)).Where(result => result.Written))
                    {
                        left[written.Document!.Id]--;
                    }
                }
                catch (StateUnavailableException)
                {
                    // A server that locks documents ends one of two writers that wait for each other: what it wrote is not known, so it reads and writes again.
                }

                foreach (var id in left.Where(pair => pair.Value == 0).Select(pair => pair.Key).ToList())
                {
                    left.Remove(id);
                }
            }
        }));

        foreach (var id in ids)
        {
            // A conflict may be a write that was overwritten at once, which its writer then made again: never less than asked for, and each count has its writer.
            var boat = await Boats.GetAsync(id, Cancelled);
            boat!.Count.ShouldBeGreaterThanOrEqualTo(40);
            boat.Crew.Count.ShouldBe((int)boat.Count);
        }
    }

    [Fact]
    public async Task ReplaceAll_OfNothingAndOfOne()
    {
        var boat = await InsertAsync(new() { Id = "a" });

        (await Boats.ReplaceAllAsync([], Cancelled)).ShouldBeEmpty();
        (await Boats.ReplaceAllAsync([new(boat, boat with { Count = 1 })], Cancelled)).ShouldHaveSingleItem().Document!.Count.ShouldBe(1);
        (await Boats.ReplaceAllAsync([new(boat, boat with { Count = 2 })], Cancelled)).ShouldHaveSingleItem().Outcome.ShouldBe(WriteOutcome.Conflict);
    }

    [Fact]
    public async Task GetAll_OfSomeThatAreThere_AnswersThose()
    {
        var boats = await InsertAllAsync(4);

        var read = await Boats.GetAllAsync([boats[2].Id, "none", boats[0].Id], Cancelled);

        read.OrderBy(boat => boat.Id, StringComparer.Ordinal).Zip([boats[0], boats[2]]).ToList().ForEach(pair => pair.First.ShouldEqual(pair.Second));
        read.Count.ShouldBe(2);
        (await Boats.GetAllAsync([], Cancelled)).ShouldBeEmpty();
    }

    protected async Task<BoatDocument> ReplaceOneAsync(BoatDocument read, BoatDocument boat)
    {
        var result = (await Boats.ReplaceAllAsync([new(read, boat)], Cancelled)).ShouldHaveSingleItem();
        result.Outcome.ShouldBe(WriteOutcome.Written);
        return result.Document!;
    }

    private async Task<List<BoatDocument>> InsertAllAsync(int count)
    {
        var boats = new List<BoatDocument>();
        for (var i = 0; i < count; i++)
        {
            boats.Add(await InsertAsync(new() { Id = $"fleet/{i:00}" }));
        }

        return boats;
    }
}
