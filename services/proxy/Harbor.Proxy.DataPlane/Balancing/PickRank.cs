namespace Harbor.Proxy.DataPlane.Balancing;

/// <summary>What a backend is good for, best first. A backend set aside stands <see cref="SetAside"/> places lower: it is tried when nothing else is left.</summary>
internal enum PickRank
{
    Live,
    Draining,

    /// <summary>Not yet verified; a TCP connection to it is its verification.</summary>
    Unverified,
    UnverifiedDraining,

    /// <summary>The first rank of those set aside.</summary>
    SetAside,

    /// <summary>Tried, gone, or not to be used: worse than every other.</summary>
    None = 100,
}
