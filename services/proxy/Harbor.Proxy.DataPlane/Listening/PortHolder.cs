using System.Net;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>
/// Finds the process that holds a port, on Linux. What was read serves as long as the one that it names still has the socket, and where it names nobody, for a second: a port that stays
/// taken is tried again and again, another Harbor on this machine holds thousands of our ports, and to read all of <c>/proc</c> for each would take minutes.
/// A port that was free then, or whose holder has let go of it, is looked up anew.
/// </summary>
internal static class PortHolder
{
    private const long FreshMs = 1_000;
    private const int Attempts = 3;

    private static Lock Reading { get; } = new();
    private static SocketOwners? _owners;
    private static long _readAtMs;

    /// <summary>Who is in the way of a listener there, such as <c>redis-server (812)</c>; null where the system does not tell, as for processes of other users.</summary>
    public static string? Find(IPEndPoint listener, Transport transport)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            lock (Reading)
            {
                if (_owners is { } known && known.TryFind(listener, transport, out var holder) && (holder is not null || Environment.TickCount64 - _readAtMs < FreshMs))
                {
                    return holder;
                }

                // The system's table is read in pieces: where sockets come and go meanwhile, it can leave out one that is there.
                for (var attempt = 0; attempt < Attempts; attempt++)
                {
                    _owners = SocketOwners.Read();
                    _readAtMs = Environment.TickCount64;
                    if (_owners.TryFind(listener, transport, out holder))
                    {
                        return holder;
                    }
                }

                return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
