using System.Text.Json;
using System.Text.Json.Nodes;

namespace Harbor.Gateway.Tests.CloudController;

/// <summary>C4, C5, C6: which answers Cloud Controller takes, and for what.</summary>
internal static class StrictAnswers
{
    public static Verdict Of(PlatformCall call, int status, string text)
    {
        var body = Parse(text);
        return call switch
        {
            PlatformCall.LastOperation or PlatformCall.LastBindingOperation => OfPoll(call, status, body),
            PlatformCall.FetchInstance => status == 200 && IsInstance(body) ? Verdict.Done : Verdict.Bad,
            PlatformCall.FetchBinding => status == 200 && IsBinding(body) ? Verdict.Done : Verdict.Bad,
            PlatformCall.Provision => OfCreation(status, body, IsAnswer(body), "AsyncRequired", "ConcurrencyError", "MaintenanceInfoConflict"),
            PlatformCall.Bind => OfCreation(status, body, IsAnswer(body) && (status == 202 || IsBinding(body)), "AsyncRequired", "ConcurrencyError", "RequiresApp"),
            PlatformCall.Update => status switch
            {
                200 => IsAnswer(body) ? Verdict.Done : Verdict.Bad,
                202 => IsAnswer(body) ? Verdict.InProgress : Verdict.Bad,
                422 when HasCode(body, "AsyncRequired", "MaintenanceInfoConflict") => Verdict.Coded,
                409 or 410 => Verdict.Bad,
                >= 400 and < 500 => Verdict.Rejected,
                _ => Verdict.Bad,
            },
            _ => status switch
            {
                200 => IsAnswer(body) ? Verdict.Done : Verdict.Bad,
                410 => Verdict.Done,
                202 => IsAnswer(body) ? Verdict.InProgress : Verdict.Bad,
                422 when HasCode(body, "AsyncRequired", "ConcurrencyError") => Verdict.Coded,
                409 => Verdict.Bad,
                >= 400 and < 500 => Verdict.Rejected,
                _ => Verdict.Bad,
            },
        };
    }

    private static Verdict OfCreation(int status, JsonObject? body, bool isGood, params string[] codes) => status switch
    {
        200 or 201 => isGood ? Verdict.Done : Verdict.Bad,
        202 => isGood ? Verdict.InProgress : Verdict.Bad,
        409 => Verdict.Coded,
        422 => HasCode(body, codes) ? Verdict.Coded : Verdict.Bad,
        408 or 410 => Verdict.Bad,
        >= 400 and < 500 => Verdict.Rejected,
        _ => Verdict.Bad,
    };

    /// <summary>410 ends the polling of a delete; of anything else it says nothing. 400 is a failed operation.</summary>
    private static Verdict OfPoll(PlatformCall call, int status, JsonObject? body) => status switch
    {
        200 when body is null || !IsText(body, "description", isRequired: false, call == PlatformCall.LastBindingOperation ? 10_000 : int.MaxValue) => Verdict.Bad,
        200 => (body["state"] as JsonValue)?.ToString() switch
        {
            "succeeded" => Verdict.Done,
            "failed" => Verdict.Failed,
            "in progress" => Verdict.InProgress,
            _ => Verdict.Bad,
        },
        410 => Verdict.Done,
        400 => Verdict.Failed,
        _ => Verdict.PollsOn,
    };

    /// <summary>Present means good: where the API allows null, Cloud Controller's schema does not, but for the one field.</summary>
    private static bool IsAnswer(JsonObject? body)
        => body is not null && IsText(body, "operation", isRequired: false, 10_000)
            && (!body.TryGetPropertyValue("dashboard_url", out var url) || url is null || IsText(body, "dashboard_url", isRequired: true, 16_000))
            && IsObject(body, "metadata", isRequired: false);

    private static bool IsInstance(JsonObject? body)
        => body is not null && IsText(body, "dashboard_url", isRequired: false, 16_000) && IsObject(body, "parameters", isRequired: false)
            && IsObject(body, "metadata", isRequired: false) && IsObject(body, "maintenance_info", isRequired: false);

    /// <summary>An offering that requires nothing may give nothing of what it would have to require, not even an empty list.</summary>
    private static bool IsBinding(JsonObject? body)
        => body is not null && IsObject(body, "credentials", isRequired: true) && IsObject(body, "parameters", isRequired: false) && IsObject(body, "metadata", isRequired: false)
            && body["syslog_drain_url"] is null && body["route_service_url"] is null && !body.ContainsKey("volume_mounts");

    private static bool IsText(JsonObject body, string name, bool isRequired, int longest)
        => !body.TryGetPropertyValue(name, out var value) ? !isRequired
            : value?.GetValueKind() == JsonValueKind.String && ((string)value!).Length <= longest;

    private static bool IsObject(JsonObject body, string name, bool isRequired) => body.TryGetPropertyValue(name, out var value) ? value is JsonObject : !isRequired;

    private static bool HasCode(JsonObject? body, params string[] codes) => codes.Contains((body?["error"] as JsonValue)?.ToString());

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
