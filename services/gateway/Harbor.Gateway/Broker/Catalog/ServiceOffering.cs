namespace Harbor.Gateway.Broker.Catalog;

/// <summary>The one offering: fixed, because platforms keep these ids for as long as instances live.</summary>
internal static class ServiceOffering
{
    public const string Id = "1f0d3a52-6b7e-4a44-9d7b-8b3c6f1e2a90";
    public const string Name = "harbor";
    public const string Description = "External port mapping service";
    public const string DefaultPlanId = "c4c6d7d8-0a43-4a39-8f5e-52ab4cb3d6b1";
    public const string DefaultPlanName = "free";

    public static IReadOnlyList<string> Tags { get; } = ["harbor", "harbor-1.0", "Persistent external ports service", "tcp", "udp"];
}
