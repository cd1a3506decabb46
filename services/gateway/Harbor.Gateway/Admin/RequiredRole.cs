using Harbor.Gateway.Users;

namespace Harbor.Gateway.Admin;

/// <summary>What a user must be to use a route; without it, a viewer.</summary>
internal sealed record RequiredRole(GatewayRole Role);
