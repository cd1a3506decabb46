namespace Harbor.Contracts.Bindings;

/// <summary>
/// Command to the node: from now on the instances of an application stand behind the service instance's port. Idempotent by
/// <see cref="BindingId"/>; answered with <see cref="AppBound"/> or <see cref="BindAppRefused"/>.
/// </summary>
public sealed record BindApp
{
    public required string BindingId { get; init; }

    public required string ServiceInstanceId { get; init; }

    public required string AppGuid { get; init; }
}
