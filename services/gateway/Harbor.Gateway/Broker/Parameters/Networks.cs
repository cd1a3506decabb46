using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Harbor.Gateway.Broker.Parameters;

/// <summary>CIDR networks as users write them: <c>10.1.2.3/8</c> is <c>10.0.0.0/8</c>, a bare address is itself alone.</summary>
internal static class Networks
{
    /// <summary>The network in its one canonical spelling; null where the text is none.</summary>
    public static string? Canonical(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text : text[..slash];

        // The address parser also takes "1", "0x7f.1" and scoped addresses, which nobody means as a network.
        if (!IPAddress.TryParse(host, out var address) || host.Contains('%', StringComparison.Ordinal) || host.Contains('[', StringComparison.Ordinal)
            || (address.AddressFamily == AddressFamily.InterNetwork && host != address.ToString()))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        var bits = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > bytes.Length * 8))
        {
            return null;
        }

        for (var bit = bits; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return $"{new IPAddress(bytes)}/{bits}";
    }
}
