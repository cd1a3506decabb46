using System.Globalization;

namespace Harbor.LoadTests.Checks;

/// <summary>The sockets on which a process waits for clients, as the kernel lists them: nothing that Harbor says of itself.</summary>
internal static class ListeningSockets
{
    private const string TcpListen = "0A";
    private const string UdpUnconnected = "07";

    /// <summary>Ports from <paramref name="first"/> to <paramref name="last"/> on which the process listens by TCP or takes datagrams.</summary>
    public static IReadOnlySet<int> Of(int processId, int first, int last)
    {
        var inodes = Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd")
            .Select(TargetOf)
            .Where(target => target is not null && target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target!["socket:[".Length..^1])
            .ToHashSet();
        return new[] { ("tcp", TcpListen), ("tcp6", TcpListen), ("udp", UdpUnconnected), ("udp6", UdpUnconnected) }
            .SelectMany(table => PortsOf($"/proc/{processId}/net/{table.Item1}", table.Item2, inodes))
            .Where(port => port >= first && port <= last)
            .ToHashSet();
    }

    private static IEnumerable<int> PortsOf(string table, string state, HashSet<string> inodes)
    {
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            // sl, local address:port, remote, state, queues, timer, retransmits, uid, timeout, inode
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == state && inodes.Contains(fields[9]))
            {
                yield return int.Parse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Null where the descriptor was closed while the list was read.</summary>
    private static string? TargetOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
