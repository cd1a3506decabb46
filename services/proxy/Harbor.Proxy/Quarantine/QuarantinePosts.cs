using System.Net;
using Harbor.Proxy.Routing;
using Harbor.State.Ports;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Quarantine;

/// <summary>The posts at released ports. A port that gets an owner is left before the relay listens on it: opening looks, under the same lock as closing, whether it has one.</summary>
internal sealed class QuarantinePosts(IOptions<ProxyOptions> options) : IDisposable
{
    /// <summary>At once: a pool that is emptied should not take the descriptors of the traffic.</summary>
    private const int Most = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, (QuarantinePost? Post, long Version)> _posts = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _posts.Count;
            }
        }
    }

    /// <summary>Once for each state of the port's document: where somebody came, there is no post until the document has changed.</summary>
    public void Open(WantedPort port, Func<WantedPort?> wanted, Action<WantedPort> came)
    {
        lock (_gate)
        {
            if ((_posts.TryGetValue(port.Port, out var known) && known.Version >= port.Version) || wanted() is not { State: PortState.Quarantined } || _posts.Count >= Most)
            {
                return;
            }

            known.Post?.Dispose();
            _posts[port.Port] = (QuarantinePost.TryOpen(IPAddress.Parse(options.Value.ListenAddress), port.Port, port.Protocol, () => came(port)), port.Version);
        }
    }

    public void Close(int port)
    {
        lock (_gate)
        {
            if (_posts.Remove(port, out var known))
            {
                known.Post?.Dispose();
            }
        }
    }

    /// <summary>Leaves all that are not among these.</summary>
    public void KeepOnly(IReadOnlySet<int> ports)
    {
        lock (_gate)
        {
            foreach (var port in _posts.Keys.Where(port => !ports.Contains(port)).ToList())
            {
                Close(port);
            }
        }
    }

    public void Dispose() => KeepOnly(new HashSet<int>());
}
