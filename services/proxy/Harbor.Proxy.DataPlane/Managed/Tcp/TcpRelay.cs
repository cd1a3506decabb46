using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>
/// Moves bytes between two connected sockets, which it borrows. Each direction is one loop: wait with no buffer (a receive of zero bytes), rent one, pass
/// on what is there, give it back. What the receiver does not take stays in the sender's kernel buffer, so back-pressure is the kernel's.
/// Nothing is allocated for a transfer: the loop is one method that awaits the sockets alone, since each further async method would cost its state.
/// </summary>
internal static class TcpRelay
{
    public static async Task<TcpPumpEnd> PumpAsync(Socket from, Socket to, TcpSession session, bool isFromClient)
    {
        var buffers = session.Buffers;
        byte[]? buffer = null;
        var failure = TcpPumpEnd.ReadFailed;
        try
        {
            while (true)
            {
                await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                buffer = buffers.Rent();
                do
                {
                    var count = await from.ReceiveAsync(buffer.AsMemory(0, RelayBuffers.Size), SocketFlags.None);
                    failure = TcpPumpEnd.WriteFailed;
                    if (count == 0)
                    {
                        session.SideClosed(isFromClient);
                        to.Shutdown(SocketShutdown.Send);
                        return TcpPumpEnd.Closed;
                    }

                    session.Received(count, isFromClient);
                    for (var sent = 0; sent < count;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None);
                    }

                    failure = TcpPumpEnd.ReadFailed;
                }
                while (from.Available > 0);

                // A flow in full swing has gone on with its buffer: to ask costs less than to wait. A quiet one holds none.
                buffers.Return(buffer);
                buffer = null;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return failure;
        }
        finally
        {
            if (buffer is not null)
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
}
