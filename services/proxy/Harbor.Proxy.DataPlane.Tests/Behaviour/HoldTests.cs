using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>With no backend to go to: refused, or held until one comes.</summary>
public sealed class HoldTests
{
    public static TheoryData<RelayEngineKind, Transport> All => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(All))]
    public async Task NoBackend_WithoutHold_IsRefused(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "");
        await port.RefusesAsync(RefusalReason.NoBackend);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_BackendComes_IsServedByIt(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "");
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        using var asker = await port.AskAsync();
        await port.StartAsync('a');
        (await asker.AnswerAsync()).ShouldBe('a');
        port.Counters.Refused.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_NoneComes_IsRefusedInTheEnd(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "");
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.FromMilliseconds(100) });
        await port.RefusesAsync(RefusalReason.NoBackend);
        await port.StartAsync('a');
        (await port.WhoAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_TheOnlyBackendRefusesAndThenAnswers_IsServedByIt(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "");
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        var number = FreePorts.Next();
        await port.Relay.BackendsAsync(Relay.BackendAt(number));
        using var asker = await port.AskAsync();
        await port.Relay.CountersAsync(transport, counters => counters.ConnectFailures > 0, "a failure");
        using IDisposable back = transport == Transport.Tcp ? new TcpBackend(number).Answer('a') : new UdpPeer(port: number).Answer('a');
        (await asker.AnswerAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_MoreThanMayWait_AreRefusedAtOnce(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "", new RelayOptions { MaxHeldPerPort = 2 });
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        var askers = new List<Asker>();
        for (var i = 0; i < 3; i++)
        {
            askers.Add(await port.AskAsync());
        }

        await port.Relay.RefusedAsync(transport, RefusalReason.NoBackend);
        await port.StartAsync('a');
        var answers = await Task.WhenAll(askers.Select(asker => port.AnswerOrNullAsync(asker)));
        answers.Count(answer => answer == 'a').ShouldBe(2);
        askers.ForEach(asker => asker.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "", new RelayOptions { MaxHeldPerPort = 1 });
        await port.RefusesAsync(RefusalReason.NoBackend);
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        // Of two, where one may wait, one does as soon as the other is refused.
        using var one = await port.AskAsync();
        using var other = await port.AskAsync();
        await port.Relay.RefusedAsync(transport, RefusalReason.NoBackend, 2);
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.Zero });
        using var after = await port.AskAsync();
        await after.RefusedAsync();
        await port.Relay.RefusedAsync(transport, RefusalReason.NoBackend, 3);
        await port.StartAsync('a');
        await port.Relay.CountersAsync(transport, counters => counters.BytesOut == 1, "the one that waited to be answered");
        var answers = new[] { await port.AnswerOrNullAsync(one), await port.AnswerOrNullAsync(other) };
        answers.Count(answer => answer == 'a').ShouldBe(1);
    }
}
