using System.Net;

namespace Harbor.Node.Routes;

/// <summary>Which addresses may be backends. A publisher on NATS must not be able to make the edge connect to itself, to a metadata service, or to all the world.</summary>
internal sealed class BackendNetworks
{
    private static IPNetwork[] Loopback { get; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    // 0.0.0.0 and :: connect to the own machine on Linux; 255.255.255.255 is everybody.
    private static IPNetwork[] Never { get; } =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("::/128"), IPNetwork.Parse("255.255.255.255/32"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("ff00::/8"),
    ];

    private readonly IPNetwork[] _allowed;
    private readonly bool _loopback;

    /// <param name="allowed">Only these networks; empty: all but loopback, link-local and multicast.</param>
    /// <param name="loopback">Whether loopback is allowed beside them.</param>
    public BackendNetworks(IEnumerable<IPNetwork> allowed, bool loopback)
    {
        _allowed = [.. allowed];
        _loopback = loopback;
    }

    public bool Allows(HostAddress host)
    {
        var address = host.ToIPAddress();
        if (Contains(Loopback, address))
        {
            return _loopback || Contains(_allowed, address);
        }

        return _allowed.Length > 0 ? Contains(_allowed, address) : !Contains(Never, address);
    }

    private static bool Contains(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
