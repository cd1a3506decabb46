namespace Harbor.Gateway.Admin;

/// <summary>A proxy worker.</summary>
internal sealed record WorkerStatus(
    string Id,
    string Pool,
    string State,
    string Version,
    string ListenAddress,
    string? Url,
    long AgeSeconds,
    DateTimeOffset LeaseUntil,
    IReadOnlyList<RefusedPortStatus> Refused);
