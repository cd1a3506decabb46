using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Harbor.Gateway.Pools;

/// <summary>What this machine is called by others, as far as it knows.</summary>
internal static class LocalAddress
{
    /// <summary>The first IPv4 address that is not loopback nor link-local; else the first such IPv6 one; else loopback, on a machine without a network.</summary>
    public static string First()
    {
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !System.Net.IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.ToString().StartsWith("169.254.", StringComparison.Ordinal))
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1);
        return addresses.FirstOrDefault()?.ToString() ?? "127.0.0.1";
    }
}
