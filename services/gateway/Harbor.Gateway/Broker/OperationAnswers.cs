using System.Globalization;
using System.Text.Json.Nodes;
using Harbor.Gateway.Broker.Http;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>How the end of an operation reads to the platform.</summary>
internal static class OperationAnswers
{
    /// <summary>
    /// To the request that waited for it. What was refused is 400: Cloud Controller takes a 422 without a known code for a reason to send a delete.
    /// What may have left something behind for a moment is 5xx, so that it does send one.
    /// </summary>
    public static BrokerAnswer Failed(OperationRecord operation) => operation.Failure switch
    {
        OperationFailure.Refused => BrokerAnswer.BadRequest(operation.Description ?? "The request could not be fulfilled."),
        OperationFailure.Superseded => BrokerAnswer.Conflict(operation.Description ?? "Another operation took its place."),
        _ => BrokerAnswer.Unavailable(operation.Description ?? "The operation did not end in time."),
    };

    /// <summary>To the platform that polls.</summary>
    public static BrokerAnswer State(OperationRecord operation, bool? instanceUsable)
    {
        var body = new JsonObject
        {
            ["state"] = operation.State switch
            {
                OperationState.Succeeded => "succeeded",
                OperationState.Failed => "failed",
                _ => "in progress",
            },
        };
        if (!string.IsNullOrEmpty(operation.Description))
        {
            body["description"] = operation.Description;
        }

        if (operation.State == OperationState.Failed && operation.Kind is OperationKind.Update or OperationKind.Deprovision && instanceUsable is { } usable)
        {
            body["instance_usable"] = usable;
        }

        // Of an instance that is there no longer, or not for long, nothing can be repeated.
        if (operation is { State: OperationState.Failed, Kind: OperationKind.Update })
        {
            body["update_repeatable"] = instanceUsable == true;
        }

        return BrokerAnswer.Ok(body);
    }

    /// <summary>Whole seconds: a date reads as 0 to Cloud Controller.</summary>
    public static void AskAgainSoon(HttpContext context) => context.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
}
