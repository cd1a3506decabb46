namespace Harbor.Gateway.Admin;

/// <summary>All parts that this gateway sees.</summary>
internal sealed record SystemStatus(IReadOnlyList<ComponentStatus> Components);
