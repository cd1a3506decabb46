using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>Keeping the first datagram to a backend, for the case that it refuses. All of it under the session's lock.</summary>
internal sealed partial class UdpSession
{
    /// <summary>The first datagram to a backend is kept this long for the next one, unless an answer comes before: a refusal is here within a round trip.</summary>
    private const long KeepFirstMs = 1_000;

    private byte[]? _first;
    private int _firstLength;

    /// <summary>Lets go of the backend; what is kept goes to another one.</summary>
    private void DeliverKept(SocketError error)
    {
        var first = _first;
        var length = _firstLength;
        _first = null;
        Note(error);
        if (first is not null)
        {
            Deliver(first.AsMemory(0, length));
            listener.Context.Buffers.Return(first);
        }
    }

    private void Keep(ReadOnlyMemory<byte> datagram)
    {
        ReturnFirst();
        _first = listener.Context.Buffers.Rent(datagram.Length);
        _firstLength = datagram.Length;
        datagram.CopyTo(_first);
    }

    private void ReturnFirst()
    {
        if (_first is not null)
        {
            listener.Context.Buffers.Return(_first);
            _first = null;
        }
    }
}
