using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>
/// The socket that a UDP port listens on; owns it. Says of each datagram which of our addresses it came to, and sends answers from there: a client behind a
/// connected socket or a NAT takes them from nowhere else. The runtime has no allocation-free call for the one and none at all for the other, so on
/// Linux both are system calls (<see cref="DatagramCalls"/>); elsewhere answers leave from the address that the system picks.
/// </summary>
internal sealed class DatagramSocket : IDisposable
{
    /// <summary>
    /// What may wait in the kernel while the port's loop is busy: bursts of thousands of datagrams. The system's default holds a hundred large ones, and peers
    /// with it are known to lose most of a burst. It is a limit, not an allocation, and the system may cap it (<c>net.core.rmem_max</c>).
    /// </summary>
    private const int ReceiveBufferSize = 4 << 20;

    private readonly Socket _socket;
    private readonly bool _useCalls;
    private readonly bool _isIPv6;
    private readonly SocketAddress _from;

    /// <summary>Takes over a bound socket. <paramref name="useCalls"/> is false on other systems, and for tests of what happens there.</summary>
    public DatagramSocket(Socket socket, bool useCalls)
    {
        _socket = socket;
        _useCalls = useCalls;
        socket.ReceiveBufferSize = ReceiveBufferSize;
        _isIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        _from = new SocketAddress(socket.AddressFamily);
        if (_useCalls)
        {
            DatagramCalls.AskForLocalAddress(socket);
        }
        else
        {
            DatagramErrors.IgnoreRefusals(socket);
        }
    }

    /// <summary>Completes when there is a datagram; takes none and needs no buffer. No async method, which would cost an allocation each time.</summary>
    public ValueTask<int> WaitAsync() => _useCalls ? _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek) : default;

    /// <summary>Length of the datagram, or -1 where there is none left. One caller at a time.</summary>
    public ValueTask<(int Length, DatagramOrigin Origin)> ReceiveAsync(Memory<byte> buffer)
    {
        if (_useCalls)
        {
            var length = DatagramCalls.Receive(_socket.SafeHandle, buffer.Span, _isIPv6, out var origin);
            return ValueTask.FromResult((length, origin));
        }

        return ReceivePortablyAsync(buffer);
    }

    /// <summary>False where the system did not take it: its buffers are full, or the address is unreachable.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram, in DatagramOrigin to)
    {
        if (_useCalls)
        {
            return DatagramCalls.TrySend(_socket.SafeHandle, datagram, _isIPv6, to);
        }

        try
        {
            return _socket.SendTo(datagram, SocketFlags.None, to.Client.ToIPEndPoint()) == datagram.Length;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask<(int Length, DatagramOrigin Origin)> ReceivePortablyAsync(Memory<byte> buffer)
    {
        var length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _from);
        return (length, new DatagramOrigin(ClientEndpoint.From(_from), default, 0));
    }
}
