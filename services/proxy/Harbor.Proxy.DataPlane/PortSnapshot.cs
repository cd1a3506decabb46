using System.Collections.Immutable;

namespace Harbor.Proxy.DataPlane;

/// <summary>All that the relay knows of a port. Immutable: a change is another snapshot, swapped as a whole.</summary>
public sealed record PortSnapshot
{
    /// <summary>The external port, 1 to 65535.</summary>
    public required int Port { get; init; }

    public required Transports Transports { get; init; }

    /// <summary>The owner's name, as PROXY protocol v2 tells it to backends and logs show it: the service instance id.</summary>
    public required string Owner { get; init; }

    /// <summary>The policy of TCP connections.</summary>
    public RelayPolicy Tcp { get; init; } = RelayPolicy.DefaultTcp;

    /// <summary>The policy of UDP sessions.</summary>
    public RelayPolicy Udp { get; init; } = RelayPolicy.DefaultUdp;

    /// <summary>In the order in which they came, which is the order of <see cref="BalanceMode.First"/>.</summary>
    public ImmutableArray<BackendSnapshot> Backends { get; init; } = [];

    /// <summary>By value, the backends and their order too.</summary>
    public bool Equals(PortSnapshot? other) => other is not null
        && Port == other.Port
        && Transports == other.Transports
        && Owner == other.Owner
        && Tcp == other.Tcp
        && Udp == other.Udp
        && Backends.AsSpan().SequenceEqual(other.Backends.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Port, Transports, Owner, Tcp, Udp, Backends.IsDefault ? 0 : Backends.Length);
}
