namespace Harbor.Gateway.Admin;

/// <summary>A port in a list.</summary>
internal sealed record PortStatus(string Pool, int Port, string Protocol, string State, string Instance, IReadOnlyList<string> Apps, int Backends, DateTimeOffset AllocatedAt, DateTimeOffset? QuarantinedUntil);
