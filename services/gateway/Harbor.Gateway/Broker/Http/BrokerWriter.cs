using System.Text.Json;

namespace Harbor.Gateway.Broker.Http;

/// <summary>Writes answers: always a JSON object, always <c>application/json</c>.</summary>
internal static class BrokerWriter
{
    public static async Task WriteAsync(HttpContext context, BrokerAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer.Body);
        await WriteAsync(context, bytes);
    }

    public static async Task WriteAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
