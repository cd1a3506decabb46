using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Broker.Parameters;
using Harbor.State.Services;

namespace Harbor.Gateway.Auditing;

/// <summary>One event for each accepted change: who, what, before and after. Parameters of ports hold no secrets; of the rest of a request only what is named here is written.</summary>
internal sealed partial class AuditTrail(ILogger<AuditTrail> logger)
{
    private static readonly JsonSerializerOptions _given = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public void Instance(BrokerCall call, string action, string instanceId, string operationId, string? before, string? after)
        => Log.Instance(
            logger, action, instanceId, operationId, call.User.Name, call.Identity?.Platform, call.Identity?.User, call.RequestIdentity, before, after);

    /// <summary>The parameters, and of the rest what changes.</summary>
    public void Update(BrokerCall call, ServiceInstanceDocument before, PendingUpdate after, string operationId)
    {
        var (was, becomes) = (Given(before.Parameters), Given(after.Parameters));
        Add("maintenance_version", before.MaintenanceVersion, after.MaintenanceVersion);
        Add("instance_name", NameIn(before.Context), NameIn(after.Context));
        Instance(call, "update", before.Id, operationId, was.ToJsonString(), becomes.ToJsonString());

        void Add(string name, string? old, string? current)
        {
            if (old != current)
            {
                (was[name], becomes[name]) = (old, current);
            }
        }
    }

    /// <summary>A binding that comes, with nothing before, or goes, with nothing after.</summary>
    public void Binding(BrokerCall call, string action, BindingDocument binding, string operationId, bool comes)
    {
        var text = JsonSerializer.Serialize(new { binding.AppGuid, binding.IntPort, binding.PredecessorId }, _given);
        Log.Binding(
            logger, action, binding.ServiceInstanceId, binding.Id, binding.AppGuid, operationId, call.User.Name, call.Identity?.Platform, call.Identity?.User, call.RequestIdentity,
            comes ? null : text, comes ? text : null);
    }

    public void Pool(string user, string pool, string before, string after) => Log.Pool(logger, pool, user, before, after);

    public void Port(string user, string action, string pool, int port) => Log.Port(logger, action, pool, port, user);

    private static JsonObject Given(PortParameters parameters) => JsonNode.Parse(ParameterReader.TextOf(parameters))!.AsObject();

    /// <summary>What people call the instance: the one thing of a context that is theirs to change.</summary>
    private static string? NameIn(string? context)
        => context is not null && JsonElement.Parse(context).TryGetProperty("instance_name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;

    private static partial class Log
    {
        [LoggerMessage(1400, LogLevel.Information, "Audit: {Action} of {ServiceInstanceId} in operation {OperationId} by {User} ({Platform} {PlatformUser}, request {RequestIdentity}): {Before} -> {After}.")]
        public static partial void Instance(
            ILogger logger, string action, string serviceInstanceId, string operationId, string user, string? platform, string? platformUser, string? requestIdentity, string? before, string? after);

        [LoggerMessage(1401, LogLevel.Information, "Audit: {Action} {BindingId} of {AppGuid} to {ServiceInstanceId} in operation {OperationId} by {User} ({Platform} {PlatformUser}, request {RequestIdentity}): {Before} -> {After}.")]
        public static partial void Binding(
            ILogger logger, string action, string serviceInstanceId, string bindingId, string? appGuid, string operationId, string user, string? platform, string? platformUser, string? requestIdentity, string? before, string? after);

        [LoggerMessage(1402, LogLevel.Information, "Audit: pool {Pool} changed by {User}: {Before} -> {After}.")]
        public static partial void Pool(ILogger logger, string pool, string user, string before, string after);

        [LoggerMessage(1403, LogLevel.Information, "Audit: {Action} of port {ExternalPort} of pool {Pool} by {User}.")]
        public static partial void Port(ILogger logger, string action, string pool, int externalPort, string user);
    }
}
