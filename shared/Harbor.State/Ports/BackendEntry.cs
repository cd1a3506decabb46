namespace Harbor.State.Ports;

/// <summary>An application instance that takes a port's traffic.</summary>
public sealed record BackendEntry
{
    /// <summary>An IP address, or a name that the workers can resolve.</summary>
    public required string Host { get; init; }

    /// <summary>The port on <see cref="Host"/>, mapped into the instance's container.</summary>
    public required int Port { get; init; }

    public required string AppGuid { get; init; }

    public string? InstanceId { get; init; }

    public int? InstanceIndex { get; init; }

    public string? DeaId { get; init; }

    /// <summary>Keeps its connections, and gets new ones only while there is no live backend.</summary>
    public bool Draining { get; init; }

    /// <summary>When its process was first learned of. Another time at the same address is another process; an instance id may change while the process lives.</summary>
    public required DateTimeOffset Since { get; init; }
}
