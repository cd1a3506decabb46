using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>Where a datagram came from and which of our addresses it came to, which its answers must come from.</summary>
internal readonly record struct DatagramOrigin(ClientEndpoint Client, ClientAddress Local, uint Scope);
