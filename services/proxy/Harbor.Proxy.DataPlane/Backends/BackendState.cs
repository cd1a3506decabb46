using System.Net;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Backends;

/// <summary>
/// What a port remembers of one backend, across all snapshots that name it (same address, same identity). Shared by all loops; owns no socket.
/// </summary>
internal sealed class BackendState
{
    private volatile bool _isVerified;
    private volatile bool _isGone;
    private int _verifications;

    public BackendState(BackendSnapshot snapshot)
    {
        Address = snapshot.Address;
        Identity = snapshot.Identity;
        _isVerified = !snapshot.Unverified;
        // By address alone: an instance that comes back at its old place gets its old clients.
        var address = ClientAddress.From(Address.Address);
        HashKey = ClientAddress.Mix(address.StableHash() ^ (uint)Address.Port);
        SocketAddress = Address.Serialize();
    }

    public IPEndPoint Address { get; }

    public string Identity { get; }

    /// <summary>The address as the system's calls take it.</summary>
    public SocketAddress SocketAddress { get; }

    public ulong HashKey { get; }

    public BackendHealth Tcp { get; } = new();

    public BackendHealth Udp { get; } = new();

    /// <summary>False until it was reached once, for a backend learned before this process started.</summary>
    public bool IsVerified => _isVerified;

    /// <summary>Left the snapshot for good: whoever has just got a connection to it must reset it.</summary>
    public bool IsGone => _isGone;

    public BackendHealth HealthOf(Transport transport) => transport == Transport.Tcp ? Tcp : Udp;

    /// <summary>True for the one that is to find out whether it answers.</summary>
    public bool TryBeginVerification() => !_isVerified && Interlocked.Exchange(ref _verifications, 1) == 0;

    public void MarkVerified() => _isVerified = true;

    public void MarkGone() => _isGone = true;

    public bool IsSame(BackendSnapshot snapshot) => Address.Equals(snapshot.Address) && Identity == snapshot.Identity;

    public override string ToString() => Address.ToString();
}
