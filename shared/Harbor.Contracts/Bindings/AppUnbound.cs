namespace Harbor.Contracts.Bindings;

/// <summary>The binding has no effect on any port any more.</summary>
public sealed record AppUnbound
{
    public required string BindingId { get; init; }

    public required string ServiceInstanceId { get; init; }
}
