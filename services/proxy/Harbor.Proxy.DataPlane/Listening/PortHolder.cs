using System.Globalization;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>
/// Finds the process that holds a port, on Linux: the port's sockets in <c>/proc/net</c>, by their inode the descriptor in <c>/proc/*/fd</c>, and by that the
/// process. Null where the system does not tell, as for processes of other users.
/// </summary>
internal static class PortHolder
{
    /// <summary>Such as <c>redis-server (812)</c>.</summary>
    public static string? Find(int port, Transport transport)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var inodes = Inodes(port, transport);
            return inodes.Count == 0 ? null : OwnerOf(inodes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The sockets on the port; a listening one first, since that is who holds it, and others only where none listens.</summary>
    private static HashSet<string> Inodes(int port, Transport transport)
    {
        var name = transport == Transport.Tcp ? "tcp" : "udp";
        var listening = new HashSet<string>();
        var others = new HashSet<string>();
        foreach (var path in new[] { $"/proc/net/{name}", $"/proc/net/{name}6" }.Where(File.Exists))
        {
            foreach (var line in File.ReadLines(path).Skip(1))
            {
                // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …; st 0A is LISTEN, 07 an unconnected UDP socket.
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && LocalPort(fields[1]) == port && fields[9] != "0")
                {
                    (fields[3] is "0A" or "07" ? listening : others).Add($"socket:[{fields[9]}]");
                }
            }
        }

        return listening.Count > 0 ? listening : others;
    }

    private static int LocalPort(string address) =>
        int.TryParse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port) ? port : -1;

    private static string? OwnerOf(HashSet<string> inodes)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Holds(process, inodes))
            {
                return $"{File.ReadAllText(Path.Combine(process, "comm")).Trim()} ({id})";
            }
        }

        return null;
    }

    private static bool Holds(string process, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd"))
                .Any(descriptor => new FileInfo(descriptor).LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or another user's.
            return false;
        }
    }
}
