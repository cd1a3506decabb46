using Microsoft.AspNetCore.Http.Features;

namespace Harbor.Gateway.Broker.Http;

/// <summary>
/// The path as it came in. The server's own decoding leaves <c>%2F</c> and so cannot tell <c>a%2Fb</c> from <c>a%252Fb</c>; ids of platforms may
/// hold any character, so each segment is decoded here, once.
/// </summary>
internal static class RawPath
{
    public static string[] Segments(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        var authority = path.IndexOf("://", StringComparison.Ordinal);
        if (authority >= 0 && path[0] != '/')
        {
            var slash = path.IndexOf('/', authority + 3);
            path = slash < 0 ? "/" : path[slash..];
        }

        return [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
    }
}
