namespace Harbor.Proxy.DataPlane;

/// <summary>Whether a port is open after <see cref="IRelayEngine.ApplyAsync"/>.</summary>
public sealed record ListenResult
{
    public static ListenResult Open { get; } = new() { IsOpen = true };

    public required bool IsOpen { get; init; }

    /// <summary>Refused: the transport that could not be opened.</summary>
    public Transport Transport { get; init; }

    /// <summary>Refused: what the system said, such as <c>address already in use</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Refused because the port is taken: the process that holds it, such as <c>redis-server (812)</c>, where the system tells.</summary>
    public string? Holder { get; init; }
}
