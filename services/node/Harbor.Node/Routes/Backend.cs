namespace Harbor.Node.Routes;

/// <summary>A backend of a port as the route table has it.</summary>
internal sealed record Backend
{
    public required BackendAddress Address { get; init; }

    public required string App { get; init; }

    public required string? Instance { get; init; }

    /// <summary>The id that the same process had before.</summary>
    public string? FormerInstance { get; init; }

    public required int? Index { get; init; }

    public required string? Dea { get; init; }

    public required bool Draining { get; init; }

    public required DateTimeOffset Since { get; init; }
}
