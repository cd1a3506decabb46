namespace Harbor.Contracts.Bindings;

/// <summary>The service instance holds no port, so nothing can be bound to it.</summary>
public sealed record BindAppRefused
{
    public required string BindingId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>One sentence for the end user.</summary>
    public required string Description { get; init; }
}
