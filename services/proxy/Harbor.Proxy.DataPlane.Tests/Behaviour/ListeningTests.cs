using System.Net;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

public sealed class ListeningTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    public static TheoryData<RelayEngineKind, Transport> AllWithTransports => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task Port_Open_ListensOnBothFamilies(RelayEngineKind kind, Transport transport)
    {
        await using var relay = new Relay(kind);
        var (snapshot, instance) = Asking.Start(transport, 'a');
        using var running = instance;
        await relay.BackendsAsync(snapshot);
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var asker = await Asking.AskAsync(relay.Port, transport, to: address);
            (await asker.AnswerAsync()).ShouldBe('a');
        }
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public Task Port_HeldByAnotherProcess_IsRefusedAndTheHolderNamed(RelayEngineKind kind, Transport transport) =>
        IsRefusedAsync(kind, transport, shared: false);

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public Task Port_HeldOnOneAddressOfIPv4AndShared_IsRefusedAndTheHolderNamed(RelayEngineKind kind, Transport transport) =>
        IsRefusedAsync(kind, transport, shared: true, address: "127.0.0.9");

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public Task Port_HeldByAProcessThatSharesIt_IsRefusedAndTheHolderNamed(RelayEngineKind kind, Transport transport) =>
        IsRefusedAsync(kind, transport, shared: true);

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task Port_Open_CannotBeSharedByAnotherProcess(RelayEngineKind kind, Transport transport)
    {
        await using var relay = new Relay(kind);
        await relay.BackendsAsync();
        (await OtherProcess.CanHoldAsync(relay.Port, transport, shared: true)).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Port_Closed_IsFreeAndItsConnectionsAreReset(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        relay.Engine.OpenPorts.ShouldBe([relay.Port]);
        (await relay.Engine.CloseAsync(relay.Port)).ShouldBeTrue();
        await client.ResetAsync();
        await server.ResetAsync();
        relay.Engine.OpenPorts.ShouldBeEmpty();
        relay.Engine.GetCounters(relay.Port, Transport.Tcp).ShouldBeNull();
        (await relay.Engine.CloseAsync(relay.Port)).ShouldBeFalse();
        (await OtherProcess.CanHoldAsync(relay.Port, Transport.Tcp, shared: false)).ShouldBeTrue();
        (await OtherProcess.CanHoldAsync(relay.Port, Transport.Udp, shared: false)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Port_ClosedAndOpenedAgain_Relays(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        var (snapshot, instance) = Asking.Start(Transport.Tcp, 'a');
        using var running = instance;
        for (var round = 0; round < 3; round++)
        {
            await relay.BackendsAsync(snapshot);
            (await Asking.WhoAsync(relay.Port, Transport.Tcp)).ShouldBe('a');
            await relay.Engine.CloseAsync(relay.Port);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Port_WithOtherTransports_IsOpenedAnew(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        await relay.ApplyAsync(relay.Snapshot with { Transports = Transports.Tcp });
        relay.Engine.GetCounters(relay.Port, Transport.Udp).ShouldBeNull();
        await relay.ApplyAsync(relay.Snapshot with { Transports = Transports.Udp });
        relay.Engine.GetCounters(relay.Port, Transport.Tcp).ShouldBeNull();
        relay.Engine.GetCounters(relay.Port, Transport.Udp).ShouldNotBeNull();
        (await OtherProcess.CanHoldAsync(relay.Port, Transport.Tcp, shared: false)).ShouldBeTrue();
    }

    private static async Task IsRefusedAsync(RelayEngineKind kind, Transport transport, bool shared, string? address = null)
    {
        await using var relay = new Relay(kind);
        using (var other = await OtherProcess.HoldAsync(relay.Port, transport, shared, address))
        {
            var result = await relay.Engine.ApplyAsync(relay.Snapshot, CancellationToken.None);
            result.IsOpen.ShouldBeFalse();
            result.Transport.ShouldBe(transport);
            result.Reason.ShouldBe("address already in use");
            result.Holder.ShouldBe(other.Name);
            relay.Engine.OpenPorts.ShouldBeEmpty();
            // All or none: the transport that could be opened is not left behind.
            var free = transport == Transport.Tcp ? Transport.Udp : Transport.Tcp;
            (await OtherProcess.CanHoldAsync(relay.Port, free, shared: false)).ShouldBeTrue();
        }

        await relay.BackendsAsync();
        relay.Engine.OpenPorts.ShouldBe([relay.Port]);
    }
}
