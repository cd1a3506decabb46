namespace Harbor.Gateway.Users;

/// <summary>Roles as configuration spells them.</summary>
internal static class GatewayRoles
{
    public static IEnumerable<string> Names(IEnumerable<string> roles)
        => roles.SelectMany(role => role.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    public static bool IsKnown(string role) => Of(role) is not GatewayRole.None;

    public static GatewayRole Parse(IEnumerable<string> roles)
    {
        var all = Names(roles).Aggregate(GatewayRole.None, (sum, role) => sum | Of(role));
        return all == GatewayRole.None ? GatewayRole.Broker : all;
    }

    /// <summary><c>Roles</c> as one value with commas, which binding to a list does not see.</summary>
    public static void ReadScalars(GatewayOptions options, IConfiguration configuration)
    {
        for (var index = 0; index < options.Users.Count; index++)
        {
            if (configuration[$"{GatewayOptions.Section}:Users:{index}:Roles"] is { Length: > 0 } roles)
            {
                options.Users[index].Roles = [roles];
            }
        }
    }

    private static GatewayRole Of(string role) => role.ToUpperInvariant() switch
    {
        "BROKER" => GatewayRole.Broker,
        "VIEWER" => GatewayRole.Viewer,
        "OPERATOR" => GatewayRole.Operator,
        _ => GatewayRole.None,
    };
}
