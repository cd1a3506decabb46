namespace Harbor.Proxy.DataPlane.Backends;

/// <summary>A backend's place in one set: its state, which outlives the set, and what only this set says of it.</summary>
internal readonly record struct BackendMember(BackendState State, bool IsDraining);
