using System.Text.Json;
using Harbor.Gateway.Broker.Parameters;
using Harbor.Gateway.Pools;
using Harbor.State.Pools;

namespace Harbor.Gateway.Admin;

/// <summary>What of a pool is to change. Absent stays as it is; an empty text or null takes an address away.</summary>
internal sealed record PoolChange(PortRange? PortRange, string? Host, string? Hostname, string? HostExternal, string? HostnameExternal, int? QuarantineSeconds)
{
    public static (PoolChange? Change, string? Fault) Read(JsonElement body)
    {
        var change = new PoolChange(null, null, null, null, null, null);
        foreach (var property in body.EnumerateObject())
        {
            if (property.Name == "port_range")
            {
                if (!TryReadRange(property.Value, out var range))
                {
                    return (null, "port_range must be {\"first\": n, \"last\": n}, 1 to 65535, first not above last.");
                }

                change = change with { PortRange = range };
                continue;
            }

            if (property.Name == "quarantine_seconds")
            {
                if (!JsonNumbers.TryGetInteger(property.Value, out var seconds) || seconds < 0 || seconds > PoolDocument.LongestQuarantine.TotalSeconds)
                {
                    return (null, $"quarantine_seconds must be a whole number from 0 to {PoolDocument.LongestQuarantine.TotalSeconds}.");
                }

                change = change with { QuarantineSeconds = seconds };
                continue;
            }

            var text = property.Value.ValueKind switch { JsonValueKind.String => property.Value.GetString()!.Trim(), JsonValueKind.Null => "", _ => null };
            if (text is null || text.Length > 255 || text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
            {
                return (null, $"{property.Name} must be a host name or an address.");
            }

            switch (property.Name)
            {
                case "host" when text.Length > 0:
                    change = change with { Host = text };
                    break;
                case "host":
                    return (null, "host must not be empty.");
                case "hostname":
                    change = change with { Hostname = text };
                    break;
                case "host_external":
                    change = change with { HostExternal = text };
                    break;
                case "hostname_external":
                    change = change with { HostnameExternal = text };
                    break;
                default:
                    return (null, $"'{property.Name}' is not a setting of a pool. Known are port_range, host, hostname, host_external, hostname_external, quarantine_seconds.");
            }
        }

        return (change, null);
    }

    public PoolDocument Of(PoolDocument pool) => pool with
    {
        FirstPort = PortRange?.First ?? pool.FirstPort,
        LastPort = PortRange?.Last ?? pool.LastPort,
        Host = Host ?? pool.Host,
        Hostname = Changed(Hostname, pool.Hostname),
        HostExternal = Changed(HostExternal, pool.HostExternal),
        HostnameExternal = Changed(HostnameExternal, pool.HostnameExternal),
        Quarantine = QuarantineSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : pool.Quarantine,
    };

    private static string? Changed(string? wanted, string? current) => wanted switch { null => current, "" => null, _ => wanted };

    private static bool TryReadRange(JsonElement value, out PortRange range)
    {
        range = default;
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("first", out var first) || !value.TryGetProperty("last", out var last)
            || !JsonNumbers.TryGetInteger(first, out var from) || !JsonNumbers.TryGetInteger(last, out var to))
        {
            return false;
        }

        range = new PortRange(from, to);
        return range.IsValid;
    }
}
