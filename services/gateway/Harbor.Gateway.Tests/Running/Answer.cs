using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Harbor.Gateway.Tests.Running;

/// <summary>An answer of the broker, read whole.</summary>
internal sealed record Answer(int Status, string Text, string? ContentType, HttpResponseHeaders Headers)
{
    public JsonObject Body => JsonNode.Parse(Text)!.AsObject();

    public string? Error => (string?)Body["error"];

    public string? Description => (string?)Body["description"];

    public string? Operation => (string?)Body["operation"];

    public string? State => (string?)Body["state"];

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
        => new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.ToString(), response.Headers);

    /// <summary>The same, if its status is the expected one; else what came instead, in the failure's message.</summary>
    public Answer Is(int status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    /// <summary>An error of the API's shape.</summary>
    public Answer IsError(int status, string? code = null)
    {
        Is(status);
        ContentType.ShouldBe("application/json");
        Description.ShouldNotBeNullOrEmpty();
        Error.ShouldBe(code);
        return this;
    }
}
