namespace Harbor.Gateway.Admin;

/// <summary>A part of Harbor, or something that it depends on.</summary>
internal sealed record ComponentStatus(string Kind, string Name, string State, string? Version, long? AgeSeconds, string? Detail = null);
