namespace Harbor.State.Ports;

/// <summary>An application bound to a port, by one or more bindings.</summary>
public sealed record BoundApp
{
    public required string AppGuid { get; init; }

    /// <summary>Where its instances listen inside their containers.</summary>
    public required int IntPort { get; init; }

    public required IReadOnlyList<string> BindingIds { get; init; }
}
