namespace Harbor.State.Ports;

/// <summary>The latest life of a binding's id that a port has heard of. The gateway numbers them, growing.</summary>
public sealed record PortBinding
{
    public required string BindingId { get; init; }

    public required long Life { get; init; }

    /// <summary>It binds nothing any more.</summary>
    public bool HasEnded { get; init; }
}
