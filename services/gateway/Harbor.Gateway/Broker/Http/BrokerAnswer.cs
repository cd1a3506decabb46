using System.Text.Json.Nodes;

namespace Harbor.Gateway.Broker.Http;

/// <summary>An answer of the broker: a status and a JSON object, in which nothing is null.</summary>
internal sealed record BrokerAnswer(int Status, JsonObject Body)
{
    /// <summary>The most that an answer's <c>description</c> may have: the platform keeps no more.</summary>
    private const int LongestDescription = 8_000;

    public static BrokerAnswer Ok(JsonObject body) => new(StatusCodes.Status200OK, body);

    public static BrokerAnswer Done() => Ok([]);

    public static BrokerAnswer Created(JsonObject body) => new(StatusCodes.Status201Created, body);

    public static BrokerAnswer Accepted(string operationId) => new(StatusCodes.Status202Accepted, new JsonObject { ["operation"] = operationId });

    public static BrokerAnswer BadRequest(string description) => Error(StatusCodes.Status400BadRequest, description);

    public static BrokerAnswer NotFound(string description) => Error(StatusCodes.Status404NotFound, description);

    public static BrokerAnswer Conflict(string description) => Error(StatusCodes.Status409Conflict, description);

    /// <summary>An object, like every body: Cloud Controller takes nothing else.</summary>
    public static BrokerAnswer Gone() => new(StatusCodes.Status410Gone, []);

    public static BrokerAnswer Unavailable(string description) => Error(StatusCodes.Status503ServiceUnavailable, description);

    public static BrokerAnswer AsyncRequired()
        => Error(StatusCodes.Status422UnprocessableEntity, "This plan works asynchronously: the request must carry accepts_incomplete=true.", "AsyncRequired");

    public static BrokerAnswer ConcurrencyError()
        => Error(StatusCodes.Status422UnprocessableEntity, "Another operation on this resource is in progress. Try again when it has ended.", "ConcurrencyError");

    public static BrokerAnswer MaintenanceInfoConflict(string description)
        => Error(StatusCodes.Status422UnprocessableEntity, description, "MaintenanceInfoConflict");

    /// <summary>With one of the four codes of the API, or with none: a code of our own would be read as one of them.</summary>
    public static BrokerAnswer Error(int status, string description, string? code = null)
    {
        var body = new JsonObject { ["description"] = description.Length <= LongestDescription ? description : description[..LongestDescription] };
        if (code is not null)
        {
            body["error"] = code;
        }

        return new BrokerAnswer(status, body);
    }
}
