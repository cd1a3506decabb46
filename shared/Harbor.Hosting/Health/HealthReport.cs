using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Harbor.Hosting.Health;

/// <summary>The JSON body of the health endpoints: the whole, and each check with what is wrong.</summary>
internal static class HealthReport
{
    public static Task WriteAsync(HttpContext context, Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport report)
    {
        var checks = new JsonObject();
        foreach (var (name, entry) in report.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var check = new JsonObject { ["status"] = Text(entry.Status) };
            if ((entry.Description ?? entry.Exception?.Message) is { } description)
            {
                check["description"] = description;
            }

            checks[name] = check;
        }

        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(new JsonObject { ["status"] = Text(report.Status), ["checks"] = checks }.ToJsonString(JsonSerializerOptions.Web));
    }

    private static string Text(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());
}
