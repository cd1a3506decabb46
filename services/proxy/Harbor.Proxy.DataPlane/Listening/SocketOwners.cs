using System.Globalization;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>
/// Which process holds which port, on Linux, at one moment: the sockets of <c>/proc/net</c>, and by their inodes the descriptors of <c>/proc/*/fd</c>. Processes of
/// other users may not be looked into; their ports are there without an owner.
/// </summary>
internal sealed class SocketOwners
{
    private readonly Dictionary<(Transport, int), List<string>> _inodes = [];
    private readonly Dictionary<string, Owner> _owners = [];

    private SocketOwners()
    {
    }

    public static SocketOwners Read()
    {
        var read = new SocketOwners();
        foreach (var transport in new[] { Transport.Tcp, Transport.Udp })
        {
            var name = transport == Transport.Tcp ? "tcp" : "udp";
            read.ReadSockets(transport, $"/proc/net/{name}");
            read.ReadSockets(transport, $"/proc/net/{name}6");
        }

        read.ReadProcesses();
        return read;
    }

    /// <summary>False where the port was held by nobody, or not by who is named any more.</summary>
    public bool TryFind(int port, Transport transport, out string? holder)
    {
        holder = null;
        if (!_inodes.TryGetValue((transport, port), out var inodes))
        {
            return false;
        }

        foreach (var inode in inodes)
        {
            if (_owners.TryGetValue(inode, out var owner))
            {
                holder = owner.Name;
                return LinkOf(owner.Descriptor) == inode;
            }
        }

        return true;
    }

    private void ReadSockets(Transport transport, string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        foreach (var line in File.ReadLines(path).Skip(1))
        {
            // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …; st 0A is LISTEN, 07 an unconnected UDP socket; an inode of 0 has no process.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[9] != "0" && TryParsePort(fields[1], out var port))
            {
                var inodes = _inodes.TryGetValue((transport, port), out var known) ? known : _inodes[(transport, port)] = [];
                // Who listens holds the port; a connection only where nobody listens.
                inodes.Insert(fields[3] is "0A" or "07" ? 0 : inodes.Count, $"socket:[{fields[9]}]");
            }
        }
    }

    private void ReadProcesses()
    {
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                try
                {
                    ReadDescriptors(process, id);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Gone meanwhile, or another user's.
                }
            }
        }
    }

    private void ReadDescriptors(string process, int id)
    {
        string? name = null;
        foreach (var descriptor in Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")))
        {
            if (LinkOf(descriptor) is { } target && target.StartsWith("socket:", StringComparison.Ordinal))
            {
                name ??= $"{File.ReadAllText(Path.Combine(process, "comm")).Trim()} ({id})";
                _owners[target] = new Owner(name, descriptor);
            }
        }
    }

    private static string? LinkOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryParsePort(string address, out int port) =>
        int.TryParse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out port);

    private readonly record struct Owner(string Name, string Descriptor);
}
