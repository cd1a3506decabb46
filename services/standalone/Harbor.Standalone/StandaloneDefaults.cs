using System.Net;

namespace Harbor.Standalone;

/// <summary>What a process that is all of Harbor needs no configuration for. Files, environment and command line win over it.</summary>
internal static class StandaloneDefaults
{
    private const string Users = "Harbor:Gateway:Users";
    private const string GatewayUrl = "Harbor:Gateway:Url";

    public static IReadOnlyDictionary<string, string?> Always { get; } = new Dictionary<string, string?>
    {
        ["Harbor:State:Provider"] = "Sqlite",
        ["Harbor:Bus:Transport"] = "InMemory",
        // The DEAs of a try-out are on the same machine.
        ["Harbor:Node:AllowLoopback"] = "true",
    };

    /// <summary>A first user, known to everyone: only where no other is configured, and only where nobody but this machine can reach the broker.</summary>
    public static IReadOnlyDictionary<string, string?> WhereNotConfigured(IConfiguration configuration)
        => configuration.GetSection(Users).GetChildren().Any() || !IsLoopback(configuration[GatewayUrl])
            ? new Dictionary<string, string?>()
            : new Dictionary<string, string?>
            {
                [$"{Users}:0:Name"] = "harbor",
                [$"{Users}:0:Password"] = "harbor",
                [$"{Users}:0:Roles"] = "broker,viewer,operator",
            };

    private static bool IsLoopback(string? urls)
        => urls is null || urls.Split(';').All(url => Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))));
}
