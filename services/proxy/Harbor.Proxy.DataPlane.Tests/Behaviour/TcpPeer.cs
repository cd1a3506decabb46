using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>One end of a TCP connection in a test. Owns its socket.</summary>
internal sealed class TcpPeer(Socket socket) : IDisposable
{
    public Socket Socket => socket;

    public static async Task<TcpPeer> ConnectAsync(int port, IPAddress? address = null, IPAddress? from = null)
    {
        address ??= IPAddress.Loopback;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        await socket.ConnectAsync(address, port).WithinAsync($"a connection to port {port}");
        return new TcpPeer(socket);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        for (var received = 0; received < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(received), SocketFlags.None).AsTask().WithinAsync($"{count} bytes, of which {received} came");
            if (more == 0)
            {
                throw new EndOfStreamException($"Closed after {received} of {count} bytes: {Encoding.ASCII.GetString(bytes, 0, received)}");
            }

            received += more;
        }

        return bytes;
    }

    public async Task<string> ReceiveTextAsync(int count) => Encoding.ASCII.GetString(await ReceiveAsync(count));

    /// <summary>The other side has closed in order, with nothing left to read.</summary>
    public async Task ClosedAsync() =>
        (await socket.ReceiveAsync(new byte[1], SocketFlags.None).WithinAsync("the other side to close")).ShouldBe(0);

    /// <summary>The other side has reset, whatever was to be read before.</summary>
    public async Task ResetAsync()
    {
        var buffer = new byte[64 * 1024];
        var error = await Should.ThrowAsync<SocketException>(async () =>
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None).WithinAsync("the other side to reset") > 0)
            {
            }

            throw new InvalidOperationException("It was closed in order, not reset");
        });
        error.SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    /// <summary>No more from this side.</summary>
    public void HalfClose() => socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();
}
