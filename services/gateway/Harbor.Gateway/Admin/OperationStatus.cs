namespace Harbor.Gateway.Admin;

/// <summary>An operation on a service instance.</summary>
internal sealed record OperationStatus(
    string Id,
    string Instance,
    string Pool,
    string Kind,
    string State,
    string? Description,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt);
