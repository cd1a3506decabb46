using Harbor.Contracts.Ports;
using Harbor.State.Documents;

namespace Harbor.State.Services;

/// <summary>
/// A service instance together with its operation: one document, so that what the platform is told about the one can never disagree with the
/// other, and so that of two conflicting requests exactly one is accepted. Its id is the platform's instance id. Written by the gateway alone.
/// </summary>
public sealed record ServiceInstanceDocument : Document
{
    public required string ServiceId { get; init; }

    public required string PlanId { get; init; }

    public required string OrganizationGuid { get; init; }

    public required string SpaceGuid { get; init; }

    /// <summary>The plan's pool when the instance was made; it keeps it.</summary>
    public required string Pool { get; init; }

    public required PortProtocol Protocol { get; init; }

    public required PortParameters Parameters { get; init; }

    /// <summary>The platform's context, a JSON object as text.</summary>
    public string? Context { get; init; }

    public string? MaintenanceVersion { get; init; }

    public required ServiceInstanceState State { get; init; }

    /// <summary>The external port, from the moment the instance is active.</summary>
    public int? Port { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The latest operation, running or ended.</summary>
    public required OperationRecord Operation { get; init; }

    /// <summary>The operations before it, the latest first, a few of them.</summary>
    public IReadOnlyList<OperationRecord> Earlier { get; init; } = [];

    /// <summary>True where the platform may have been told to poll the provision, so that its end must be remembered.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>What the running update will change.</summary>
    public PendingUpdate? Update { get; init; }

    /// <summary>Which life of its id this is: an id whose instance is gone may be provisioned again. Grows with each life, and stays through all of it.</summary>
    public long Life { get; init; }

    /// <summary>Of the latest policy that the node was, or will be, told to give the port; grows with each.</summary>
    public long PolicyRevision { get; init; }

    /// <summary>An update failed, and the node has not confirmed yet that the port follows <see cref="Parameters"/> again: when it is told once more.</summary>
    public DateTimeOffset? RollBackDueAt { get; init; }

    /// <summary>Failed and deleted instances: when the document goes.</summary>
    public DateTimeOffset? ForgetAt { get; init; }
}
