using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>
/// A port on its way to the store: from when it was taken from the queue until its document says what the table says. Owns the claim of the write
/// that is under way.
/// </summary>
internal sealed class RouteWrite(string id, long timestamp)
{
    private PortDocument? _stored;
    private AddressClaim? _claim;

    public string Id => id;

    /// <summary>When the event came that changed it.</summary>
    public long Timestamp => timestamp;

    /// <summary>What is to be replaced.</summary>
    public PortDocument Stored => _stored ?? throw new InvalidOperationException("No write was begun.");

    /// <summary>What to write.</summary>
    public PortDocument Port { get; private set; } = null!;

    public void Begin(PortDocument stored, AddressClaim claim)
    {
        _stored = stored;
        _claim = claim;
        Port = claim.Port;
    }

    /// <summary>The write has this result, or was not made.</summary>
    public void Settle(PortDocument? written)
    {
        _claim?.Settle(written);
        _claim = null;
    }

    /// <summary>Of a write that was not settled nobody knows whether it was made.</summary>
    public void Leave()
    {
        _claim?.Dispose();
        _claim = null;
    }
}
