using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>
/// Which process holds which port, on Linux, at one moment: the sockets of <c>/proc/net</c>, and by their inodes the descriptors of <c>/proc/*/fd</c>. Processes of
/// other users may not be looked into; their ports are there without an owner.
/// </summary>
internal sealed class SocketOwners
{
    private readonly Dictionary<(Transport, int), List<HeldAddress>> _held = [];
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

    /// <summary>Who is in the way of a listener there. False where nobody is, or not who is named any more.</summary>
    public bool TryFind(IPEndPoint listener, Transport transport, out string? holder)
    {
        holder = null;
        var inTheWay = _held.GetValueOrDefault((transport, listener.Port))?.FindAll(held => Overlap(held.Address, listener.Address));
        if (inTheWay is not [_, ..])
        {
            return false;
        }

        foreach (var held in inTheWay)
        {
            if (_owners.TryGetValue(held.Inode, out var owner))
            {
                holder = owner.Name;
                return LinkOf(owner.Descriptor) == held.Inode;
            }
        }

        return true;
    }

    /// <summary>Whether the two cannot both have a port: they are one address, or one of them is all of the other's kind. All of IPv6 has IPv4 in it.</summary>
    private static bool Overlap(IPAddress one, IPAddress other) => one.Equals(other) || IsAllOf(one, other) || IsAllOf(other, one);

    private static bool IsAllOf(IPAddress all, IPAddress address) =>
        all.Equals(IPAddress.IPv6Any) || (all.Equals(IPAddress.Any) && (address.AddressFamily == AddressFamily.InterNetwork || address.Equals(IPAddress.IPv6Any)));

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
            if (fields.Length > 9 && fields[9] != "0" && TryParse(fields[1], out var local))
            {
                ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_held, (transport, local.Port), out _);
                held ??= [];
                // Who listens holds the port; a connection only where nobody listens.
                held.Insert(fields[3] is "0A" or "07" ? 0 : held.Count, new HeldAddress($"socket:[{fields[9]}]", local.Address));
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

    /// <summary>Such as <c>0100007F:1F90</c>: the address in words of 32 bits, each a number in this machine's byte order, and the port.</summary>
    private static bool TryParse(string text, out IPEndPoint endPoint)
    {
        endPoint = new IPEndPoint(IPAddress.Any, 0);
        var colon = text.LastIndexOf(':');
        if (colon is not (8 or 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[colon / 2];
        for (var word = 0; word < bytes.Length / 4; word++)
        {
            if (!uint.TryParse(text.AsSpan(word * 8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            MemoryMarshal.Write(bytes[(word * 4)..], value);
        }

        var address = new IPAddress(bytes);
        endPoint = new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
        return true;
    }

    private readonly record struct HeldAddress(string Inode, IPAddress Address);

    private readonly record struct Owner(string Name, string Descriptor);
}
