namespace Harbor.Gateway.Admin;

/// <summary>A port that a worker cannot open.</summary>
internal sealed record RefusedPortStatus(int Port, string Protocol, string Reason, string? Holder, DateTimeOffset Since);
