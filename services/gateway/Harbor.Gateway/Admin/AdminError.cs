namespace Harbor.Gateway.Admin;

/// <summary>What the admin API says where it does not do what was asked.</summary>
internal sealed record AdminError(string Description);
