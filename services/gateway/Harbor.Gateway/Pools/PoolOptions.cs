namespace Harbor.Gateway.Pools;

/// <summary>The pools of the configuration, by name: <c>Harbor:Pools</c>.</summary>
public sealed class PoolOptions : Dictionary<string, PoolSettings>
{
    public const string Section = "Harbor:Pools";
}
