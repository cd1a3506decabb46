using System.Net;
using Harbor.Contracts.Ports;
using Harbor.Proxy.DataPlane;

namespace Harbor.Proxy.Routing;

/// <summary>From the policy as it is stored to the rules of each transport.</summary>
internal static class PortPolicyExtensions
{
    public static RelayPolicy ToRelayPolicy(this PortPolicy policy, Transport transport)
    {
        var defaults = transport is Transport.Tcp ? RelayPolicy.DefaultTcp : RelayPolicy.DefaultUdp;
        return new RelayPolicy
        {
            Balance = policy.Balance switch
            {
                null => defaults.Balance,
                Balance.RoundRobin => BalanceMode.RoundRobin,
                Balance.LeastConnections => BalanceMode.LeastConnections,
                Balance.Random => BalanceMode.Random,
                Balance.SourceHash => BalanceMode.SourceHash,
                _ => BalanceMode.First,
            },
            ProxyHeader = (policy.ProxyProtocol, transport) switch
            {
                (ProxyProtocol.V1, Transport.Tcp) => ProxyHeader.V1,
                (ProxyProtocol.V2, _) => ProxyHeader.V2,
                _ => ProxyHeader.None,
            },
            Allow = [.. policy.Allow.Select(ParseNetwork)],
            Deny = [.. policy.Deny.Select(ParseNetwork)],
            MaxConnections = policy.MaxConnections,
            MaxConnectionsPerSource = policy.MaxConnectionsPerSource,
            ConnectionRatePerSource = policy.ConnectionRatePerSource,
            ConnectTimeout = TimeSpan.FromMilliseconds(policy.ConnectTimeoutMs),
            IdleTimeout = policy.IdleTimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.IdleTimeout,
            Hold = TimeSpan.FromSeconds(policy.HoldSeconds),
        };
    }

    /// <summary>A network as operators write it: an address with host bits set means its network, an address alone means itself.</summary>
    private static IPNetwork ParseNetwork(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = IPAddress.Parse(slash < 0 ? text : text[..slash]);
        var bytes = address.GetAddressBytes();
        var prefix = slash < 0 ? bytes.Length * 8 : int.Parse(text.AsSpan(slash + 1), System.Globalization.CultureInfo.InvariantCulture);
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
