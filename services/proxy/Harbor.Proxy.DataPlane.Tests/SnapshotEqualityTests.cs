using System.Collections.Immutable;
using System.Net;
using System.Reflection;

namespace Harbor.Proxy.DataPlane.Tests;

/// <summary>Snapshots are compared by what they say. Every property is changed in turn, so that one that is added and not compared shows.</summary>
public sealed class SnapshotEqualityTests
{
    public static TheoryData<string> PolicyProperties => [.. PropertiesOf<RelayPolicy>()];

    public static TheoryData<string> PortProperties => [.. PropertiesOf<PortSnapshot>()];

    [Fact]
    public void Policy_SameListsInOtherArrays_IsEqual()
    {
        Policy().ShouldBe(Policy());
        Policy().GetHashCode().ShouldBe(Policy().GetHashCode());
    }

    [Theory]
    [MemberData(nameof(PolicyProperties))]
    public void Policy_AnyPropertyChanged_IsNotEqual(string property) => DiffersBy(property, Policy(), Policy());

    [Fact]
    public void Port_SameBackendsInOtherArrays_IsEqual()
    {
        Port().ShouldBe(Port());
        Port().GetHashCode().ShouldBe(Port().GetHashCode());
    }

    [Theory]
    [MemberData(nameof(PortProperties))]
    public void Port_AnyPropertyChanged_IsNotEqual(string property) => DiffersBy(property, Port(), Port());

    [Fact]
    public void Port_BackendsInAnotherOrder_IsNotEqual()
    {
        var port = Port();
        (port with { Backends = [.. port.Backends.Reverse()] }).ShouldNotBe(port);
    }

    private static IEnumerable<string> PropertiesOf<T>() =>
        typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name);

    private static void DiffersBy<T>(string name, T one, T other)
    {
        var property = typeof(T).GetProperty(name)!;
        property.SetValue(other, Another(property.GetValue(other)!));
        other.ShouldNotBe(one);
    }

    private static object Another(object value) => value switch
    {
        int number => number + 1,
        string text => text + "'",
        TimeSpan time => time + TimeSpan.FromTicks(1),
        Enum => Enum.ToObject(value.GetType(), Convert.ToInt32(value, null) + 1),
        RelayPolicy policy => policy with { MaxConnections = policy.MaxConnections + 1 },
        ImmutableArray<IPNetwork> networks => networks.SetItem(0, IPNetwork.Parse("10.9.0.0/16")),
        ImmutableArray<BackendSnapshot> backends => backends.SetItem(0, backends[0] with { Draining = true }),
        _ => throw new NotSupportedException($"Say here what differs from a {value.GetType()}"),
    };

    private static RelayPolicy Policy() => new() { Allow = [IPNetwork.Parse("10.0.0.0/8")], Deny = [IPNetwork.Parse("10.1.0.0/16")] };

    private static PortSnapshot Port() => new()
    {
        Port = 20_001,
        Transports = Transports.Tcp,
        Owner = "owner",
        Tcp = Policy(),
        Udp = Policy(),
        Backends = [new BackendSnapshot { Address = IPEndPoint.Parse("10.0.0.1:1"), Identity = "a" }, new BackendSnapshot { Address = IPEndPoint.Parse("10.0.0.1:2"), Identity = "b" }],
    };
}
