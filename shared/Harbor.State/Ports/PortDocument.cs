using Harbor.Contracts.Ports;
using Harbor.State.Documents;

namespace Harbor.State.Ports;

/// <summary>
/// One external port: who owns it, and what stands behind it, in one document, so that allocation and routing can never disagree. Its id is
/// <c>pool/port</c>, so a port is taken by one atomic insert. Written by the node alone.
/// </summary>
public sealed record PortDocument : Document
{
    public required string Pool { get; init; }

    public required int Port { get; init; }

    public required PortProtocol Protocol { get; init; }

    /// <summary>The owner; of a quarantined port the last owner, who alone gets it back at once.</summary>
    public required string ServiceInstanceId { get; init; }

    /// <summary>
    /// Which life of the owner's id holds it; the gateway numbers them, growing. A command names the life that it means, so that one which comes late
    /// cannot hit what a later life was given.
    /// </summary>
    public long Life { get; init; }

    public required PortState State { get; init; }

    public required PortPolicy Policy { get; init; }

    /// <summary>Of the command that <see cref="Policy"/> came with. Older ones are late and change nothing.</summary>
    public long PolicyRevision { get; init; }

    /// <summary>The applications bound to the port; none in quarantine.</summary>
    public IReadOnlyList<BoundApp> Apps { get; init; } = [];

    /// <summary>
    /// The lives of the bindings, where they are numbered, those of <see cref="Apps"/> and the last that have ended: so that a command which comes late does not
    /// bind or unbind what is another life's.
    /// </summary>
    public IReadOnlyList<PortBinding> Bindings { get; init; } = [];

    /// <summary>The live and draining instances of those applications, in the order in which they came.</summary>
    public IReadOnlyList<BackendEntry> Backends { get; init; } = [];

    /// <summary>When the port was taken by its owner.</summary>
    public required DateTimeOffset AllocatedAt { get; init; }

    /// <summary>Quarantined: when it was released.</summary>
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>Quarantined: from when on another instance may have it.</summary>
    public DateTimeOffset? QuarantinedUntil { get; init; }

    public static string IdOf(string pool, int port) => $"{pool}/{port}";

    /// <summary>The prefix of the ids of all ports of a pool, for a watch.</summary>
    public static string PrefixOf(string pool) => $"{pool}/";
}
