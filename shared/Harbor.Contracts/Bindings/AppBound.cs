namespace Harbor.Contracts.Bindings;

/// <summary>The application is bound, and where inside its container it must listen.</summary>
public sealed record AppBound
{
    public required string BindingId { get; init; }

    public required string ServiceInstanceId { get; init; }

    public required string AppGuid { get; init; }

    /// <summary>Per application the lowest free number from 4100 on; kept across re-binds to the same service instance.</summary>
    public required int IntPort { get; init; }
}
