using Harbor.Node.Leases;
using Harbor.State.Leases;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Node.Tests.Leases;

public sealed class PartitionTableTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Next_OfTheFirstNode_GivesItAll()
        => new PartitionTable("a", _time).Next(null).Owners.ShouldAllBe(owner => owner == "a");

    [Fact]
    public void Next_OfASecondNode_TakesNothingAndTheFirstHandsOnHalf()
    {
        var (a, b) = (new PartitionTable("a", _time), new PartitionTable("b", _time));

        var joined = b.Next(a.Next(null));
        joined.Owners.ShouldAllBe(owner => owner == "a");
        var shared = a.Next(joined);

        shared.Owners.Count(owner => owner == "a").ShouldBe(Partitions.Count / 2);
        shared.Owners.Count(owner => owner == "b").ShouldBe(Partitions.Count / 2);
    }

    [Fact]
    public void Next_WhereANodeDied_TakesItsShareWithinFiveSeconds()
    {
        var (a, b) = (new PartitionTable("a", _time), new PartitionTable("b", _time));
        var stored = a.Next(b.Next(a.Next(null)));
        var seconds = 0;
        do
        {
            stored = b.Next(stored);
            _time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
        }
        while (stored.Owners.Contains("a"));

        seconds.ShouldBeLessThanOrEqualTo(5);
        stored.Members.Keys.ShouldBe(["b"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    [InlineData(499)]
    public void Next_WhereANodeDied_TakesItsShareAtMostTwoLooksAfterItsSilence(int phase)
    {
        var (a, b) = (new PartitionTable("a", _time), new PartitionTable("b", _time));
        var stored = a.Next(b.Next(a.Next(null)));
        stored = b.Next(stored);

        // The last sign of life, so long after the other's look.
        _time.Advance(TimeSpan.FromMilliseconds(phase));
        stored = a.Next(stored);
        var died = _time.GetTimestamp();
        _time.Advance(PartitionKeeper.Interval - TimeSpan.FromMilliseconds(phase));
        while ((stored = b.Next(stored)).Owners.Contains("a"))
        {
            _time.Advance(PartitionKeeper.Interval);
        }

        _time.GetElapsedTime(died).ShouldBeInRange(PartitionTable.MemberSilence, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void Next_OfANodeThatLives_IsNeverTakenForDead()
    {
        var (a, b) = (new PartitionTable("a", _time), new PartitionTable("b", _time));
        var stored = a.Next(b.Next(a.Next(null)));
        for (var second = 0; second < 60; second++)
        {
            stored = b.Next(a.Next(stored));
            stored.Members.Keys.ShouldBe(["a", "b"], ignoreOrder: true);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Next_OfManyNodes_EndsInEqualSharesAndMovesNoMore()
    {
        var nodes = Enumerable.Range(0, 7).Select(number => new PartitionTable($"n{number}", _time)).ToList();
        PartitionsDocument? stored = null;
        for (var round = 0; round < 20; round++)
        {
            nodes.ForEach(node => stored = node.Next(stored));
        }

        var settled = stored!.Owners;
        nodes.ForEach(node => stored = node.Next(stored));

        stored.Owners.ShouldBe(settled);
        settled.GroupBy(owner => owner).ShouldAllBe(share => share.Count() <= 10);
    }

    [Fact]
    public void Owns_WhereTheClaimWasNotRenewed_EndsBeforeAnotherNodeTakesIt()
    {
        var share = new PartitionShare(_time);
        share.Renew([.. Enumerable.Repeat(true, Partitions.Count)], _time.GetTimestamp());
        share.Owns("d1").ShouldBeTrue();

        _time.Advance(PartitionShare.ClaimAge);

        share.Owns("d1").ShouldBeFalse();
        PartitionShare.ClaimAge.ShouldBeLessThan(PartitionTable.MemberSilence);
    }

    [Fact]
    public void Rest_IsWhereTheSameNodesHaveTheSamePartitionsAndAllAreHeard()
    {
        var (a, b) = (new PartitionTable("a", _time), new PartitionTable("b", _time));
        var stored = a.Next(null);
        a.IsAtRest.ShouldBeFalse();
        stored = a.Next(stored);
        a.IsAtRest.ShouldBeTrue();

        // Another joins, and gets its share.
        stored = b.Next(stored);
        stored = a.Next(stored);
        a.IsAtRest.ShouldBeFalse();
        stored = a.Next(b.Next(stored));
        a.IsAtRest.ShouldBeTrue();
        stored = b.Next(stored);
        b.IsAtRest.ShouldBeTrue();

        // It is silent, for less and for as long as it may rely on its share.
        _time.Advance(PartitionShare.ClaimAge - PartitionKeeper.Interval);
        stored = a.Next(stored);
        a.IsAtRest.ShouldBeTrue();
        _time.Advance(PartitionShare.ClaimAge);
        stored = a.Next(stored);
        a.IsAtRest.ShouldBeFalse();
        stored.Owners.ShouldContain("b");

        // And is dead.
        _time.Advance(PartitionTable.MemberSilence);
        stored = a.Next(stored);
        a.IsAtRest.ShouldBeFalse();
        stored.Owners.ShouldNotContain("b");
        a.Next(stored);
        a.IsAtRest.ShouldBeTrue();
    }
}
