using System.Net;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;

namespace Harbor.Proxy.DataPlane.Tests.Balancing;

public sealed class BackendPickerTests
{
    private static ClientAddress Client { get; } = ClientAddress.From(IPAddress.Parse("192.0.2.7"));

    private readonly BackendPicker _picker = new(Transport.Tcp, new Random(5));

    public static TheoryData<BalanceMode> Modes => [.. Enum.GetValues<BalanceMode>()];

    [Fact]
    public void Pick_RoundRobin_GoesRoundInOrder()
    {
        var set = SetOf(3);
        Ports(set, BalanceMode.RoundRobin, 7).ShouldBe([0, 1, 2, 0, 1, 2, 0]);
    }

    [Fact]
    public void Pick_RoundRobinWithOneSetAside_SharesItsTurnsAmongTheOthers()
    {
        var set = SetOf(3);
        set.Members[1].State.Tcp.Failed(0, 0);
        Ports(set, BalanceMode.RoundRobin, 100).CountBy(port => port).OrderBy(count => count.Key).ShouldBe([new(0, 50), new(2, 50)]);
    }

    [Fact]
    public void Pick_LeastConnections_EvensOut()
    {
        var set = SetOf(4);
        set.Members[2].State.Tcp.Acquire();
        set.Members[2].State.Tcp.Acquire();
        Ports(set, BalanceMode.LeastConnections, 6).ShouldNotContain(2);
        Ports(set, BalanceMode.LeastConnections, 400);
        foreach (var member in set.Members)
        {
            member.State.Tcp.Active.ShouldBe(102);
        }
    }

    [Fact]
    public void Pick_LeastConnectionsAllQuiet_DoesNotSendAllToTheFirst()
    {
        var set = SetOf(4);
        var picked = new HashSet<int>();
        for (var i = 0; i < 8; i++)
        {
            var state = Pick(set, BalanceMode.LeastConnections)!;
            state.Tcp.Release();
            picked.Add(state.Address.Port);
        }

        picked.Count.ShouldBe(4);
    }

    [Fact]
    public void Pick_Random_SpreadsEvenly()
    {
        foreach (var (_, count) in Ports(SetOf(4), BalanceMode.Random, 4_000).CountBy(port => port))
        {
            count.ShouldBeInRange(850, 1_150);
        }
    }

    [Fact]
    public void Pick_First_TakesTheFirstThatIsNotSetAside()
    {
        var set = SetOf(3);
        Ports(set, BalanceMode.First, 3).ShouldBe([0, 0, 0]);
        set.Members[0].State.Tcp.Failed(0, 0);
        Ports(set, BalanceMode.First, 2).ShouldBe([1, 1]);
    }

    [Fact]
    public void Pick_SourceHashWithOneMoreBackend_MovesOneInNToItAndNoneElsewhere()
    {
        var ten = SetOf(10);
        var eleven = SetOf(11);
        var moved = 0;
        for (var i = 0U; i < 11_000; i++)
        {
            var before = Pick(ten, BalanceMode.SourceHash, ClientAddress.FromIPv4(i))!.Address.Port;
            var after = Pick(eleven, BalanceMode.SourceHash, ClientAddress.FromIPv4(i))!.Address.Port;
            if (before != after)
            {
                after.ShouldBe(10);
                moved++;
            }
        }

        moved.ShouldBeInRange(850, 1_150);
    }

    [Fact]
    public void Pick_SourceHash_IsTheSameForBothTransportsAndAnyOrder()
    {
        var set = SetOf(7);
        var reversed = BackendSet.Empty.Next([.. Enumerable.Range(0, 7).Reverse().Select(Backend)], out _);
        var udp = new BackendPicker(Transport.Udp);
        for (var i = 0U; i < 500; i++)
        {
            var client = ClientAddress.FromIPv4(i);
            var tcp = Pick(set, BalanceMode.SourceHash, client)!.Address;
            udp.Pick(reversed, BalanceMode.SourceHash, client, 0, default, false)!.Address.ShouldBe(tcp);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Pick_LiveOneExists_LeavesDrainingAlone(BalanceMode mode)
    {
        var set = BackendSet.Empty.Next([Backend(0) with { Draining = true }, Backend(1)], out _);
        Ports(set, mode, 20).ShouldAllBe(port => port == 1);
        set.Members[1].State.Tcp.Failed(0, 0);
        Ports(set, mode, 1).ShouldBe([0]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Pick_AllSetAside_TriesAnyway(BalanceMode mode)
    {
        var set = SetOf(2);
        set.Members[0].State.Tcp.Failed(0, 0);
        set.Members[1].State.Tcp.Failed(0, 0);
        Pick(set, mode).ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Pick_AfterFailures_TriesEachBackendOnce(BalanceMode mode)
    {
        var set = SetOf(5);
        var tried = new TriedBackends();
        var seen = new HashSet<BackendState>();
        while (_picker.Pick(set, mode, Client, 0, tried, true) is { } state)
        {
            seen.Add(state).ShouldBeTrue();
            state.Tcp.Failed(0, 0);
            state.Tcp.Release();
            tried.Add(state);
        }

        seen.Count.ShouldBe(5);
        foreach (var member in set.Members)
        {
            member.State.Tcp.Active.ShouldBe(0);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Pick_Unverified_OnlyForAConnectionThatVerifiesAndOnlyAsTheLastResort(BalanceMode mode)
    {
        var set = BackendSet.Empty.Next([Backend(0) with { Unverified = true }, Backend(1)], out _);
        Ports(set, mode, 5).ShouldAllBe(port => port == 1);
        var alone = BackendSet.Empty.Next([Backend(0) with { Unverified = true }], out _);
        _picker.Pick(alone, mode, Client, 0, default, canConnect: false).ShouldBeNull();
        _picker.Pick(alone, mode, Client, 0, default, canConnect: true).ShouldNotBeNull();
        alone.Members[0].State.MarkVerified();
        _picker.Pick(alone, mode, Client, 0, default, canConnect: false).ShouldNotBeNull();
    }

    [Fact]
    public void Pick_NoBackends_IsNull()
    {
        Pick(BackendSet.Empty, BalanceMode.RoundRobin).ShouldBeNull();
    }

    [Fact]
    public void Pick_BackAfterItsTimeAside_IsTriedByOneWhileTheOthersPassItBy()
    {
        var set = SetOf(2);
        set.Members[0].State.Tcp.Failed(0, 0);
        var picks = Enumerable.Range(0, 10).Select(_ => _picker.Pick(set, BalanceMode.First, Client, 1_000, default, true)!.Address.Port);
        picks.ShouldBe([0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    }

    private static BackendSnapshot Backend(int index) => new() { Address = new IPEndPoint(IPAddress.Parse("10.0.0.1"), index), Identity = $"i{index}" };

    private static BackendSet SetOf(int count) => BackendSet.Empty.Next([.. Enumerable.Range(0, count).Select(Backend)], out _);

    private BackendState? Pick(BackendSet set, BalanceMode mode, ClientAddress? client = null) =>
        _picker.Pick(set, mode, client ?? Client, 0, default, true);

    private List<int> Ports(BackendSet set, BalanceMode mode, int times) =>
        [.. Enumerable.Range(0, times).Select(_ => Pick(set, mode)!.Address.Port)];
}
