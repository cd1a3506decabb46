using System.Net;
using System.Net.Sockets;

namespace Harbor.Testing.Ports;

/// <summary>
/// Ports for tests, from 10000 to 29999: below Linux's ephemeral range (32768 on), so that no outgoing connection of anybody sits on one, and
/// enough for several test processes at once that each open a pool's whole range.
/// Reserved among test processes by locked files, which the system unlocks however a process ends; checked free for TCP and UDP when taken.
/// </summary>
public static class FreePorts
{
    private const int Lowest = 10000;
    private const int Blocks = 400;
    private const int BlockSize = 50;

    private static readonly Lock _gate = new();
    private static PortRange? _singles;
    private static int _nextSingle;

    /// <summary>One port, held until this process ends.</summary>
    public static int Next()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_singles is null || _nextSingle > _singles.Last)
                {
                    _singles = Reserve(BlockSize);
                    _nextSingle = _singles.First;
                }

                var port = _nextSingle++;
                if (IsFree(port))
                {
                    return port;
                }
            }
        }
    }

    /// <summary>So many ports in a row, each free now. Dispose to give them back.</summary>
    public static PortRange Reserve(int count)
    {
        var blocks = (count + BlockSize - 1) / BlockSize;
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var block = Random.Shared.Next(Blocks - blocks + 1);
            var first = Lowest + (block * BlockSize);
            if (BlockLock.TryTake(block, blocks) is not { } taken)
            {
                continue;
            }

            if (Enumerable.Range(first, count).All(IsFree))
            {
                return new PortRange(first, count, taken);
            }

            taken.Dispose();
        }

        throw new InvalidOperationException($"No {count} free ports in a row between {Lowest} and {Lowest + (Blocks * BlockSize) - 1}.");
    }

    private static bool IsFree(int port) =>
        CanBind(SocketType.Stream, ProtocolType.Tcp, port) && CanBind(SocketType.Dgram, ProtocolType.Udp, port);

    private static bool CanBind(SocketType type, ProtocolType protocol, int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, type, protocol) { DualMode = true };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
