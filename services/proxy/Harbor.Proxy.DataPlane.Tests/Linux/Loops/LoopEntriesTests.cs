using Harbor.Proxy.DataPlane.Linux.Loops;

namespace Harbor.Proxy.DataPlane.Tests.Linux.Loops;

public sealed class LoopEntriesTests
{
    private readonly LoopEntries _entries = new();

    [Fact]
    public void Find_TokenOfAnEntryThatIsThere_GivesIt()
    {
        var entries = Enumerable.Range(0, 300).Select(_ => new Entry()).ToList();
        entries.ForEach(_entries.Add);

        entries.ShouldAllBe(entry => _entries.Find(LoopEntries.Token(entry, 0)) == entry && _entries.Find(LoopEntries.Token(entry, 1)) == entry);
    }

    [Fact]
    public void Find_TokenOfAnEntryThatHasLeft_GivesNothingThoughItsSlotIsTaken()
    {
        var old = new Entry();
        _entries.Add(old);
        var stale = LoopEntries.Token(old, 1);
        var slot = old.Slot;

        _entries.Remove(old);
        var next = new Entry();
        _entries.Add(next);

        next.Slot.ShouldBe(slot);
        _entries.Find(stale).ShouldBeNull();
    }

    [Fact]
    public void Find_TokenOfNoEntry_GivesNothing() => _entries.Find(12_345).ShouldBeNull();

    private sealed class Entry : LoopEntry
    {
        internal override void OnReady(uint events, int side) => throw new NotSupportedException();
    }
}
