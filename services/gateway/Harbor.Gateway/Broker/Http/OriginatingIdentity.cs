using System.Text;
using System.Text.Json;

namespace Harbor.Gateway.Broker.Http;

/// <summary>Who at the platform is behind a request: for the audit log alone, nothing depends on it.</summary>
/// <param name="Platform">Such as <c>cloudfoundry</c>.</param>
/// <param name="User">The JSON object that the platform sent, as text.</param>
internal sealed record OriginatingIdentity(string Platform, string User)
{
    public const string Header = "X-Broker-API-Originating-Identity";

    /// <summary>A user object larger than this is not kept: the log is no storage for strangers. Kubernetes sends all groups of a user, which may be hundreds.</summary>
    private const int LongestUser = 16 * 1024;

    /// <summary>Null where the header is absent or broken.</summary>
    public static OriginatingIdentity? Parse(string? header)
    {
        if (header?.Trim().Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var platform, var encoded])
        {
            return null;
        }

        var bytes = new byte[encoded.Length];
        if (platform.Length > 64 || !Convert.TryFromBase64String(encoded, bytes, out var written) || written > LongestUser)
        {
            return null;
        }

        try
        {
            var user = JsonElement.Parse(bytes.AsSpan(0, written));
            return user.ValueKind == JsonValueKind.Object ? new OriginatingIdentity(platform, Encoding.UTF8.GetString(bytes, 0, written)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
