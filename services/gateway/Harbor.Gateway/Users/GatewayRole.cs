namespace Harbor.Gateway.Users;

/// <summary>What a user may do.</summary>
[Flags]
internal enum GatewayRole
{
    None = 0,

    /// <summary>The service broker API: for the platform.</summary>
    Broker = 1,

    /// <summary>The admin API, reading.</summary>
    Viewer = 2,

    /// <summary>The admin API, reading and changing, and with it the broker: who may change the pools may ask for a port too.</summary>
    Operator = 4 | Viewer | Broker,
}
