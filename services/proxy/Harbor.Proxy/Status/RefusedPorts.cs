using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Harbor.Contracts.Ports;
using Harbor.State.Workers;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Status;

/// <summary>
/// Ports that this worker could not open, and has not since found free. They outlive the wish to open them: a provision that went to another
/// port leaves its entry here, so that nobody is given the bad one, until whatever held it has gone.
/// </summary>
internal sealed class RefusedPorts(IOptions<ProxyOptions> options)
{
    private readonly ConcurrentDictionary<int, RefusedPort> _ports = new();

    /// <summary>Raised after each change.</summary>
    public event Action? Changed;

    public IReadOnlyList<RefusedPort> All => [.. _ports.Values.OrderBy(port => port.Port)];

    public void Add(RefusedPort port)
    {
        if (!_ports.TryGetValue(port.Port, out var known) || known != port)
        {
            _ports[port.Port] = port;
            Changed?.Invoke();
        }
    }

    public void Clear(int port)
    {
        if (_ports.TryRemove(port, out _))
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Looks whether the ports are free by now. Those that are wanted are not looked at here: they are opened, or not, by their route.</summary>
    public void Probe(Func<int, bool> isWanted)
    {
        foreach (var port in _ports.Values.Where(port => !isWanted(port.Port)))
        {
            if (IsFree(port))
            {
                Clear(port.Port);
            }
        }
    }

    /// <summary>By binding without listening: nobody can connect meanwhile.</summary>
    private bool IsFree(RefusedPort port)
    {
        var address = IPAddress.Parse(options.Value.ListenAddress);
        var (type, protocol) = port.Protocol is TransportProtocol.Tcp ? (SocketType.Stream, ProtocolType.Tcp) : (SocketType.Dgram, ProtocolType.Udp);
        if (address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
        {
            address = IPAddress.Any;
        }

        using var socket = new Socket(address.AddressFamily, type, protocol);
        if (address.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }

        try
        {
            socket.Bind(new IPEndPoint(address, port.Port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
