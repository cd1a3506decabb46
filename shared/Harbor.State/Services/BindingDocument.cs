using Harbor.State.Documents;

namespace Harbor.State.Services;

/// <summary>
/// A service binding. Holds no credentials: they are computed from the pool, the instance and this document whenever they are shown, so that
/// a changed address shows at once. Its id is the platform's binding id. Written by the gateway alone.
/// </summary>
public sealed record BindingDocument : Document
{
    public required string ServiceInstanceId { get; init; }

    /// <summary>The life of the service instance that it binds.</summary>
    public long Life { get; init; }

    /// <summary>Which life of the binding's own id it is; grows with each. Null where it was stored before they were numbered.</summary>
    public long? OwnLife { get; init; }

    public required string ServiceId { get; init; }

    public required string PlanId { get; init; }

    /// <summary>Null for a service key.</summary>
    public string? AppGuid { get; init; }

    /// <summary>The binding that this one was made to replace.</summary>
    public string? PredecessorId { get; init; }

    /// <summary>Where the application must listen; set with <see cref="BindingState.Active"/> where there is an application.</summary>
    public int? IntPort { get; init; }

    public required BindingState State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The latest operation, running or ended.</summary>
    public required OperationRecord Operation { get; init; }

    /// <summary>The bind, where the latest operation is the unbind.</summary>
    public OperationRecord? Earlier { get; init; }

    /// <summary>True where the platform was told that the running operation goes on without it, so that its end must be remembered.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>Removed bindings: when the document goes.</summary>
    public DateTimeOffset? ForgetAt { get; init; }
}
