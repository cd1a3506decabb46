using System.Text.Json;
using System.Text.Json.Serialization;

namespace Harbor.Gateway.Admin;

/// <summary>How the admin API spells: <c>snake_case</c>, as the broker API beside it; nothing is null.</summary>
internal static class AdminJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
    }
}
