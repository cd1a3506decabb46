using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>
/// Moves bytes between two connected sockets, which it borrows. Each direction is one loop: wait with no buffer (a receive of zero bytes), rent one, pass
/// on what is there, give it back. What the receiver does not take stays in the sender's kernel buffer, so back-pressure is the kernel's.
/// Nothing is allocated for a transfer.
/// </summary>
internal static class TcpRelay
{
    public static async Task<TcpPumpEnd> PumpAsync(Socket from, Socket to, TcpSession session, bool isFromClient)
    {
        var buffers = session.Buffers;
        while (true)
        {
            try
            {
                await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return TcpPumpEnd.ReadFailed;
            }

            var buffer = buffers.Rent();
            try
            {
                do
                {
                    if (await MoveAsync(from, to, buffer, session, isFromClient) is { } end)
                    {
                        return end;
                    }
                }
                while (HasMore(from));
            }
            finally
            {
                buffers.Return(buffer);
            }
        }
    }

    public static async ValueTask<bool> SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await to.SendAsync(bytes, SocketFlags.None)..];
            }

            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static async ValueTask<TcpPumpEnd?> MoveAsync(Socket from, Socket to, byte[] buffer, TcpSession session, bool isFromClient)
    {
        int count;
        try
        {
            count = await from.ReceiveAsync(buffer.AsMemory(0, RelayBuffers.Size), SocketFlags.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return TcpPumpEnd.ReadFailed;
        }

        if (count == 0)
        {
            session.SideClosed(isFromClient);
            return TryShutdown(to) ? TcpPumpEnd.Closed : TcpPumpEnd.WriteFailed;
        }

        session.Received(count, isFromClient);
        return await SendAllAsync(to, buffer.AsMemory(0, count)) ? null : TcpPumpEnd.WriteFailed;
    }

    /// <summary>A flow in full swing goes on with its buffer; asking costs less than waiting for it to be readable.</summary>
    private static bool HasMore(Socket socket)
    {
        try
        {
            return socket.Available > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The next receive says what is wrong.
            return false;
        }
    }

    private static bool TryShutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
