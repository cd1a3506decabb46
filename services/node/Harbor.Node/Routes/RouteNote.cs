namespace Harbor.Node.Routes;

/// <summary>An instance of a bound application that is not a backend, and why.</summary>
/// <param name="App">The application.</param>
/// <param name="Instance">Null: whoever is at <paramref name="Address"/>, or all further ones.</param>
/// <param name="Dea">Its DEA, or the one that named it, where that is known.</param>
/// <param name="Address">Its address, where it has one.</param>
/// <param name="Reason">Why.</param>
/// <param name="PortId">The port of which it is none, where it may be a backend of another.</param>
internal readonly record struct RouteNote(string App, string? Instance, string? Dea, string? Address, RouteReason Reason, string? PortId);
