using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.Routing;

/// <summary>
/// Addresses of backends' hosts. Nearly all are addresses already; a name is resolved, remembered for <see cref="Lifetime"/>, and kept beyond
/// that while the name server does not answer.
/// </summary>
internal sealed class BackendAddresses(Func<string, CancellationToken, Task<IPAddress[]>> resolve, TimeProvider time)
{
    /// <summary>Long enough to spare the name server, short enough that a moved host is found within a heartbeat or three.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.OrdinalIgnoreCase);

    public static bool IsName(string host) => !IPAddress.TryParse(host, out _);

    /// <summary>Where names do not resolve they are missing in the answer.</summary>
    public async ValueTask<IReadOnlyDictionary<string, IPAddress>> FindAsync(IEnumerable<string> hosts, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IPAddress>();
        foreach (var host in hosts.Distinct())
        {
            if (IPAddress.TryParse(host, out var address) || (address = await ResolveAsync(host, cancellationToken)) is not null)
            {
                found[host] = address;
            }
        }

        return found;
    }

    private async ValueTask<IPAddress?> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(name, out var known) && time.GetUtcNow() - known.At < Lifetime)
        {
            return known.Address;
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_patience);
            var addresses = await resolve(name, limit.Token);

            // The address in use stays while the name still has it: a name server that rotates its answers must not cut connections.
            var address = addresses.FirstOrDefault(candidate => candidate.Equals(known?.Address)) ?? addresses.FirstOrDefault();
            _known[name] = new Known(address ?? known?.Address, time.GetUtcNow());
            return address ?? known?.Address;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return known?.Address;
        }
    }

    private sealed record Known(IPAddress? Address, DateTimeOffset At);
}
