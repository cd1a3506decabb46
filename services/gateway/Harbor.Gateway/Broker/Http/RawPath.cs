using Microsoft.AspNetCore.Http.Features;

namespace Harbor.Gateway.Broker.Http;

/// <summary>
/// The path as it came in. The server's own decoding leaves <c>%2F</c> and so cannot tell <c>a%2Fb</c> from <c>a%252Fb</c>; ids of platforms may
/// hold any character, so each segment is decoded here, once. Dot segments are left out, as the server has left them out to find the route.
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

        List<string> segments = [];
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString))
        {
            if (segment == "..")
            {
                segments.RemoveRange(Math.Max(segments.Count - 1, 0), Math.Min(segments.Count, 1));
            }
            else if (segment != ".")
            {
                segments.Add(segment);
            }
        }

        return [.. segments];
    }
}
