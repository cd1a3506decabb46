using System.Collections.Immutable;
using System.Net;
using Harbor.Contracts.Ports;
using Harbor.Proxy.DataPlane;
using Harbor.State.Ports;

namespace Harbor.Proxy.Routing;

/// <summary>From the stored port to what the data plane relays by.</summary>
internal static class PortSnapshotExtensions
{
    /// <summary>Backends whose name <paramref name="addressOf"/> does not know are left out.</summary>
    public static PortSnapshot ToSnapshot(this PortDocument port, Func<string, IPAddress?> addressOf, Func<BackendEntry, bool> isUnverified) => new()
    {
        Port = port.Port,
        Owner = port.ServiceInstanceId,
        Transports = port.Protocol switch
        {
            PortProtocol.Tcp => Transports.Tcp,
            PortProtocol.Udp => Transports.Udp,
            _ => Transports.Both,
        },
        Tcp = port.Policy.ToRelayPolicy(Transport.Tcp),
        Udp = port.Policy.ToRelayPolicy(Transport.Udp),
        Backends = [.. port.Backends.Select(backend => ToSnapshot(backend, addressOf, isUnverified)).OfType<BackendSnapshot>().LatestOfEachAddress()],
    };

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

    private static BackendSnapshot? ToSnapshot(BackendEntry backend, Func<string, IPAddress?> addressOf, Func<BackendEntry, bool> isUnverified)
        => addressOf(backend.Host) is not { } address ? null : new BackendSnapshot
        {
            Address = new IPEndPoint(address, backend.Port),
            // Not by instance: a DEA gives a process that lives on another instance id when its application is updated, and its clients stay. Since tells
            // a new process at the old address.
            Identity = $"{backend.AppGuid}/{backend.Since.UtcTicks}",
            Draining = backend.Draining,
            Unverified = isUnverified(backend),
        };

    /// <summary>Two names may lead to one address; only one process can answer there, and the one that came last is the one that took it.</summary>
    private static IEnumerable<BackendSnapshot> LatestOfEachAddress(this IEnumerable<BackendSnapshot> backends)
    {
        var byAddress = backends.ToImmutableArray();
        return byAddress.Where((backend, index) => !byAddress.Skip(index + 1).Any(later => later.Address.Equals(backend.Address)));
    }
}
