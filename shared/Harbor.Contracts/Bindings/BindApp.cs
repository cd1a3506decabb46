namespace Harbor.Contracts.Bindings;

/// <summary>
/// Command to the node: from now on the instances of an application stand behind the service instance's port. Idempotent by
/// <see cref="BindingId"/>; answered with <see cref="AppBound"/> or <see cref="BindAppRefused"/>.
/// </summary>
public sealed record BindApp
{
    public required string BindingId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>The life of the service instance's id that is bound: no earlier and no later one.</summary>
    public required long Life { get; init; }

    /// <summary>Which life of the binding's id it is; grows with each. One that has ended, or has been followed by another, is late and binds nothing. Null from a gateway that does not number them.</summary>
    public long? BindingLife { get; init; }

    public required string AppGuid { get; init; }

    /// <summary>The number that the application was told before, where a binding that got lost is made again; null for the node's choice.</summary>
    public int? IntPort { get; init; }
}
