using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>Which of our addresses a datagram came to. <see cref="IsKnown"/> is false where the kernel did not say.</summary>
internal readonly record struct LocalAddress(ClientAddress Address, bool IsIPv6)
{
    public bool IsKnown => Address != default;
}
