using System.Net;
using System.Text;

namespace Harbor.Standalone.Nats;

/// <summary>What a nats-server needs to be told to be the one that <c>Harbor:Nats</c> describes.</summary>
internal static class NatsServerConfiguration
{
    public static string Write(IPEndPoint address, string logFile, IConfiguration nats)
    {
        var text = new StringBuilder();
        text.AppendLine("# Written by Harbor standalone at every start.");
        text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"listen: {Quote(address.ToString())}");
        text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"log_file: {Quote(logFile)}");
        // 64 MiB, then a new file: nothing else looks after this log.
        text.AppendLine("logfile_size_limit: 67108864");
        if (nats["Token"] is { } token)
        {
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"authorization {{ token: {Quote(token)} }}");
        }
        else if (nats["User"] is { } user)
        {
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"authorization {{ user: {Quote(user)}, password: {Quote(nats["Password"] ?? "")} }}");
        }

        return text.ToString();
    }

    /// <summary>The configuration language knows these escapes and no others; not JSON's.</summary>
    private static string Quote(string value) => '"' + value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal) + '"';
}
