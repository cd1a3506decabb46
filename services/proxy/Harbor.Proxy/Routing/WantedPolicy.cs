using Harbor.Contracts.Ports;
using Harbor.Proxy.DataPlane;

namespace Harbor.Proxy.Routing;

/// <summary>A policy as it is stored, and what the relay goes by for each transport, made when it is first asked for.</summary>
internal sealed class WantedPolicy(PortPolicy stored)
{
    private RelayPolicy? _tcp;
    private RelayPolicy? _udp;

    /// <summary>Throws where what is stored cannot be understood.</summary>
    public RelayPolicy Tcp => _tcp ??= stored.ToRelayPolicy(Transport.Tcp);

    /// <summary>Throws where what is stored cannot be understood.</summary>
    public RelayPolicy Udp => _udp ??= stored.ToRelayPolicy(Transport.Udp);
}
