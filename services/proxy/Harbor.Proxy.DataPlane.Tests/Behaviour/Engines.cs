namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>The engines that every behaviour is shown for. An engine that is added here is held to all of it.</summary>
public static class Engines
{
    public static IReadOnlyList<RelayEngineKind> Kinds { get; } = [RelayEngineKind.Managed, RelayEngineKind.Linux];

    /// <summary>For <c>MemberData</c>: one row an engine.</summary>
    public static TheoryData<RelayEngineKind> All => [.. Kinds];

    /// <summary>For <c>MemberData</c>: one row an engine and transport.</summary>
    public static TheoryData<RelayEngineKind, Transport> AllWithTransports
    {
        get
        {
            var rows = new TheoryData<RelayEngineKind, Transport>();
            foreach (var kind in Kinds)
            {
                rows.Add(kind, Transport.Tcp);
                rows.Add(kind, Transport.Udp);
            }

            return rows;
        }
    }
}
