using System.Net;
using Harbor.Contracts.Ports;
using Harbor.Proxy.DataPlane;
using Harbor.State.Ports;

namespace Harbor.Proxy.Routing;

/// <summary>
/// What is wanted of a port: of what is stored, that which a worker goes by. A worker keeps one for each port of its pool for as long as it lives, so what nobody
/// asks for here is left out, and what ports have in common is there once.
/// </summary>
internal sealed record WantedPort
{
    public required int Port { get; init; }

    public required PortProtocol Protocol { get; init; }

    /// <summary>The owner; of a quarantined port the last owner.</summary>
    public required string ServiceInstanceId { get; init; }

    /// <summary>Which life of the owner's id holds it.</summary>
    public required long Life { get; init; }

    /// <summary>Of the document.</summary>
    public required long Version { get; init; }

    public required PortState State { get; init; }

    public required WantedPolicy Policy { get; init; }

    /// <summary>In the order in which they came.</summary>
    public required WantedBackend[] Backends { get; init; }

    public required DateTimeOffset AllocatedAt { get; init; }

    /// <summary>Quarantined: from when on another owner may have it.</summary>
    public required DateTimeOffset? QuarantinedUntil { get; init; }

    /// <summary>What is kept of a stored port.</summary>
    /// <param name="document">As stored, of any state.</param>
    /// <param name="isVerified">Whether somebody has heard of a backend since this process started.</param>
    /// <param name="policies">Where equal policies become one.</param>
    public static WantedPort Of(PortDocument document, Func<BackendEntry, bool> isVerified, SharedPolicies policies) => new()
    {
        Port = document.Port,
        Protocol = document.Protocol,
        ServiceInstanceId = document.ServiceInstanceId,
        Life = document.Life,
        Version = document.Version,
        State = document.State,
        Policy = policies.Share(document.Policy),
        Backends = [.. document.Backends.Select(backend => WantedBackend.Of(backend, !isVerified(backend)))],
        AllocatedAt = document.AllocatedAt,
        QuarantinedUntil = document.QuarantinedUntil,
    };

    /// <summary>
    /// For the relay: each backend at its address, those without one left out. Two names may lead to one address; only one process can answer there, and
    /// the one that came last is the one that took it. Throws where the policy cannot be understood.
    /// </summary>
    public PortSnapshot ToSnapshot(IReadOnlyList<(WantedBackend Backend, IPEndPoint? Address)> located) => new()
    {
        Port = Port,
        Owner = ServiceInstanceId,
        Transports = Protocol switch
        {
            PortProtocol.Tcp => Transports.Tcp,
            PortProtocol.Udp => Transports.Udp,
            _ => Transports.Both,
        },
        Tcp = Policy.Tcp,
        Udp = Policy.Udp,
        Backends =
        [
            .. located
                .Where((backend, index) => backend.Address is not null && !located.Skip(index + 1).Any(later => backend.Address.Equals(later.Address)))
                .Select(backend => backend.Backend.ToSnapshot(backend.Address!)),
        ],
    };
}
