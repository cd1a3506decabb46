namespace Harbor.Node.Routes;

/// <summary>An instance of a bound application that is not a backend, and why.</summary>
internal readonly record struct RouteNote(string App, string? Instance, string? Dea, string? Address, RouteReason Reason);
