namespace Harbor.Gateway.Users;

/// <summary>An authenticated user.</summary>
internal sealed record GatewayUser(string Name, GatewayRole Roles)
{
    public bool Has(GatewayRole role) => (Roles & role) == role;
}
