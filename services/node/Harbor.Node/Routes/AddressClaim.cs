using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>The addresses that a port is about to get, taken until its document is written. Disposed without <see cref="Settle"/>, it stays until the port is read again.</summary>
internal sealed class AddressClaim(StoredAddresses addresses, PortDocument port) : IDisposable
{
    private bool _isSettled;

    /// <summary>What to write: the port with the backends that it may have by now.</summary>
    public PortDocument Port { get; internal set; } = port;

    /// <param name="written">The port as it was written; null where it was not.</param>
    public void Settle(PortDocument? written)
    {
        _isSettled = true;
        addresses.Settle(this, written);
    }

    public void Dispose()
    {
        if (!_isSettled)
        {
            addresses.Doubt(this);
        }
    }
}
