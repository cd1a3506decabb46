namespace Harbor.Gateway.Admin;

/// <summary>Which ports to list; null does not filter. <see cref="After"/> is an id, <c>pool/port</c>.</summary>
internal sealed record PortFilter(string? Pool, string? App, string? Instance, string? State, string? After, int Limit);
