namespace Harbor.Proxy.DataPlane;

/// <summary>The engines there are.</summary>
public enum RelayEngineKind
{
    /// <summary><see cref="Linux"/> on Linux, else <see cref="Managed"/>.</summary>
    Auto,
    Linux,
    Managed,
}
