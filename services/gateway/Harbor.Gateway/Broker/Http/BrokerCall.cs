using Harbor.Gateway.Users;

namespace Harbor.Gateway.Broker.Http;

/// <summary>What the guard found out about a request, for the endpoint behind it.</summary>
internal sealed record BrokerCall(GatewayUser User, OriginatingIdentity? Identity, string? RequestIdentity)
{
    public const string RequestIdentityHeader = "X-Broker-API-Request-Identity";

    public static BrokerCall Of(HttpContext context) => (BrokerCall)context.Items[typeof(BrokerCall)]!;
}
