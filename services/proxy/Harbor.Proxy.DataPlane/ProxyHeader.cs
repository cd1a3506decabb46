namespace Harbor.Proxy.DataPlane;

/// <summary>The PROXY protocol header sent to backends; UDP knows only <see cref="V2"/>.</summary>
public enum ProxyHeader
{
    None,
    V1,
    V2,
}
