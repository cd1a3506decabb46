using System.Net;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Admission;

namespace Harbor.Proxy.DataPlane.Tests.Admission;

public sealed class AddressRangesTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.255.255", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("10.0.0.0/8", "9.255.255.255", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.2.3/32", "10.1.2.3", true)]
    [InlineData("10.1.2.3/32", "10.1.2.4", false)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "203.0.113.9", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.9.9.9", true)]
    [InlineData("2001:db8::1/128", "2001:db8::1", true)]
    public void Contains_OneNetwork_HoldsItsAddressesOnly(string network, string address, bool expected)
    {
        new AddressRanges([IPNetwork.Parse(network)]).Contains(ClientAddress.From(IPAddress.Parse(address))).ShouldBe(expected);
    }

    [Fact]
    public void Contains_ManyOverlappingNetworks_AgreesWithEachOfThem()
    {
        var random = new Random(17);
        var networks = Enumerable.Range(0, 300).Select(_ => NetworkOf(random)).ToList();
        var ranges = new AddressRanges(networks);
        for (var i = 0; i < 20_000; i++)
        {
            var address = AddressOf(random);
            ranges.Contains(ClientAddress.From(address)).ShouldBe(networks.Any(network => network.Contains(address)), address.ToString());
        }
    }

    private static IPNetwork NetworkOf(Random random)
    {
        var address = AddressOf(random).GetAddressBytes();
        var prefix = random.Next(2, (address.Length * 8) + 1);
        for (var bit = prefix; bit < address.Length * 8; bit++)
        {
            address[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(address), prefix);
    }

    /// <summary>Few distinct first bytes, so that networks overlap and hits are common.</summary>
    private static IPAddress AddressOf(Random random)
    {
        var bytes = new byte[random.Next(2) == 0 ? 4 : 16];
        random.NextBytes(bytes);
        bytes[0] = (byte)(0x20 + random.Next(8));
        return new IPAddress(bytes);
    }
}
