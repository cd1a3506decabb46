namespace Harbor.Testing.Ports;

/// <summary>Ports that no other test process takes while this one holds them. Owns the lock file that says so.</summary>
public sealed class PortRange : IDisposable
{
    private readonly IDisposable _lock;

    internal PortRange(int first, int count, IDisposable @lock)
    {
        First = first;
        Count = count;
        _lock = @lock;
    }

    public int First { get; }

    public int Count { get; }

    public int Last => First + Count - 1;

    /// <summary>As <c>Harbor:Pools:default:PortRange</c> takes it.</summary>
    public override string ToString() => $"{First}-{Last}";

    public void Dispose() => _lock.Dispose();
}
