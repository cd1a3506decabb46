using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Admission;

/// <summary>
/// A set of networks as sorted, disjoint ranges: a look-up is one binary search, however many networks there are. The families are kept
/// apart, so that <c>::/0</c> says nothing of IPv4 clients, which a dual-stack socket shows as <c>::ffff:a.b.c.d</c>. Immutable.
/// </summary>
internal sealed class AddressRanges
{
    private static UInt128 MappedFirst { get; } = ClientAddress.FromIPv4(0).Value;

    private readonly UInt128[] _firstIPv4;
    private readonly UInt128[] _lastIPv4;
    private readonly UInt128[] _firstIPv6;
    private readonly UInt128[] _lastIPv6;

    public AddressRanges(IEnumerable<IPNetwork> networks)
    {
        var ranges = networks.Select(ToRange).ToLookup(range => range.IsIPv4, range => (range.First, range.Last));
        (_firstIPv4, _lastIPv4) = Merge(ranges[true]);
        (_firstIPv6, _lastIPv6) = Merge(ranges[false]);
    }

    public bool IsEmpty => _firstIPv4.Length == 0 && _firstIPv6.Length == 0;

    public bool Contains(ClientAddress address)
    {
        var (first, last) = address.IsIPv4 ? (_firstIPv4, _lastIPv4) : (_firstIPv6, _lastIPv6);
        if (first.Length == 0)
        {
            return false;
        }

        var index = Array.BinarySearch(first, address.Value);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && address.Value <= last[index];
    }

    private static (bool IsIPv4, UInt128 First, UInt128 Last) ToRange(IPNetwork network)
    {
        var first = ClientAddress.From(network.BaseAddress).Value;
        var bits = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 - network.PrefixLength : 128 - network.PrefixLength;
        var size = bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;
        // A network inside ::ffff:0:0/96 is an IPv4 network in its other spelling.
        return (bits <= 32 && first >= MappedFirst && first <= MappedFirst + uint.MaxValue, first, first + size);
    }

    private static (UInt128[] First, UInt128[] Last) Merge(IEnumerable<(UInt128 First, UInt128 Last)> ranges)
    {
        var merged = new List<(UInt128 First, UInt128 Last)>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last)
            {
                merged[^1] = (merged[^1].First, UInt128.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return (merged.Select(range => range.First).ToArray(), merged.Select(range => range.Last).ToArray());
    }
}
