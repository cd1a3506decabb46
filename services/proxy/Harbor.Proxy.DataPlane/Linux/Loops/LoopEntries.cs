namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>
/// The entries of a loop by slot. A token names slot, side and generation: the generation moves on when a slot is given back, so an event that was
/// already in the batch, or in the kernel, for the entry before finds nothing.
/// </summary>
internal sealed class LoopEntries
{
    private LoopEntry?[] _entries = new LoopEntry?[64];
    private uint[] _generations = new uint[64];
    private int[] _nextFree = new int[64];
    private int _firstFree = -1;
    private int _used;

    public int Count { get; private set; }

    public void Add(LoopEntry entry)
    {
        int slot;
        if (_firstFree >= 0)
        {
            slot = _firstFree;
            _firstFree = _nextFree[slot];
        }
        else
        {
            if (_used == _entries.Length)
            {
                Array.Resize(ref _entries, _used * 2);
                Array.Resize(ref _generations, _used * 2);
                Array.Resize(ref _nextFree, _used * 2);
            }

            slot = _used++;
        }

        _entries[slot] = entry;
        entry.Slot = slot;
        entry.Generation = _generations[slot];
        Count++;
    }

    public void Remove(LoopEntry entry)
    {
        var slot = entry.Slot;
        _entries[slot] = null;
        _generations[slot]++;
        _nextFree[slot] = _firstFree;
        _firstFree = slot;
        entry.Slot = -1;
        Count--;
    }

    public static ulong Token(LoopEntry entry, int side) => ((ulong)entry.Generation << 32) | ((uint)entry.Slot << 1) | (uint)side;

    public LoopEntry? Find(ulong token)
    {
        var slot = (int)((uint)token >> 1);
        return slot < _used && _generations[slot] == (uint)(token >> 32) ? _entries[slot] : null;
    }
}
