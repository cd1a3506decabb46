namespace Harbor.Proxy.DataPlane.Admission;

/// <summary>A number of things that all ports share, such as descriptors: taken before anything is allocated, so that shedding costs nothing.</summary>
internal sealed class SharedLimit(int limit)
{
    private int _used;

    public int Limit => limit;

    public int Used => Volatile.Read(ref _used);

    /// <summary>True: the caller owes one <see cref="Return"/> of the same amount.</summary>
    public bool TryTake(int amount = 1)
    {
        if (Interlocked.Add(ref _used, amount) <= limit)
        {
            return true;
        }

        Interlocked.Add(ref _used, -amount);
        return false;
    }

    public void Return(int amount = 1) => Interlocked.Add(ref _used, -amount);
}
