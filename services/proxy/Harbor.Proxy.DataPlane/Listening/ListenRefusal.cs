using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>Turns the system's refusal to listen into a <see cref="ListenResult"/> that names the reason, and the port's holder where that is the reason.</summary>
internal static class ListenRefusal
{
    public static ListenResult From(IPEndPoint listener, Transport transport, SocketError error) => new()
    {
        IsOpen = false,
        Transport = transport,
        Reason = Describe(error),
        Holder = error == SocketError.AddressAlreadyInUse ? PortHolder.Find(listener, transport) : null,
    };

    private static string Describe(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "address already in use",
        SocketError.AccessDenied => "permission denied",
        SocketError.AddressNotAvailable => "address not available",
        SocketError.TooManyOpenSockets => "out of descriptors",
        SocketError.NoBufferSpaceAvailable => "out of memory for sockets",
        _ => new SocketException((int)error).Message,
    };
}
