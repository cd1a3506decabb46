using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A UDP socket in a test: a client (connected, so that it takes answers from the port alone) or a backend. Owns its socket.</summary>
internal sealed class UdpPeer : IDisposable
{
    private const int UdpLevel = 17;
    private const int UdpSegment = 103;

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65_536];

    /// <summary>A backend.</summary>
    public UdpPeer(IPAddress? address = null, int port = 0)
    {
        address ??= IPAddress.Loopback;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        _socket.Bind(new IPEndPoint(address, port));
    }

    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    public BackendSnapshot Snapshot => new() { Address = Address, Identity = $"instance {Address.Port}" };

    /// <summary>A datagram is there to be read.</summary>
    public bool HasDatagram => _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>A client of a port.</summary>
    public static UdpPeer ConnectTo(int port, IPAddress? address = null, IPAddress? from = null)
    {
        address ??= IPAddress.Loopback;
        var peer = new UdpPeer(from ?? (address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any));
        peer._socket.Connect(address, port);
        return peer;
    }

    public void Send(ReadOnlySpan<byte> datagram) => _socket.Send(datagram);

    public void Send(string text) => Send(Encoding.ASCII.GetBytes(text));

    public void SendTo(ReadOnlySpan<byte> datagram, EndPoint to) => _socket.SendTo(datagram, to);

    public void SendTo(string text, EndPoint to) => SendTo(Encoding.ASCII.GetBytes(text), to);

    /// <summary>Linux: hands the system many datagrams in one call, of which each but the last is so long.</summary>
    public void SendRun(ReadOnlySpan<byte> data, int each, EndPoint? to = null)
    {
        _socket.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(each));
        _ = to is null ? _socket.Send(data) : _socket.SendTo(data, to);
        _socket.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(0));
    }

    public async Task<(byte[] Datagram, IPEndPoint From)> ReceiveFromAsync(string what = "a datagram")
    {
        var received = await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0)).WithinAsync(what);
        return (_buffer[..received.ReceivedBytes], (IPEndPoint)received.RemoteEndPoint);
    }

    public async Task<byte[]> ReceiveAsync(string what = "a datagram") =>
        _buffer[..await _socket.ReceiveAsync(_buffer, SocketFlags.None).WithinAsync(what)];

    public async Task<string> ReceiveTextAsync(string what = "a datagram") => Encoding.ASCII.GetString(await ReceiveAsync(what));

    /// <summary>From now on answers each datagram with itself.</summary>
    public UdpPeer Echo() => Serve(datagram => datagram);

    /// <summary>From now on answers each datagram with its name.</summary>
    public UdpPeer Answer(char name)
    {
        byte[] answer = [(byte)name];
        return Serve(_ => answer);
    }

    public void Dispose() => _socket.Dispose();

    private UdpPeer Serve(Func<byte[], byte[]> answer)
    {
        _ = ServeAsync(answer);
        return this;
    }

    private async Task ServeAsync(Func<byte[], byte[]> answer)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
                SendTo(answer(buffer[..received.ReceivedBytes]), received.RemoteEndPoint);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                return;
            }
            catch (SocketException)
            {
                // The client is gone; others are not.
            }
        }
    }
}
