using System.Net;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

public sealed class PolicyTests
{
    private static IPAddress Other { get; } = IPAddress.Parse("127.0.0.2");

    public static TheoryData<RelayEngineKind, Transport> All => Engines.AllWithTransports;

    public static TheoryData<RelayEngineKind, Transport, BalanceMode> Modes
    {
        get
        {
            var rows = new TheoryData<RelayEngineKind, Transport, BalanceMode>();
            foreach (var row in Engines.AllWithTransports)
            {
                foreach (var mode in Enum.GetValues<BalanceMode>())
                {
                    rows.Add(row.Data.Item1, row.Data.Item2, mode);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Deny_Client_IsRefusedAndOthersAreNot(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { Deny = [IPNetwork.Parse("127.0.0.2/32")] });
        using var asker = await port.AskAsync(Other);
        await port.RefusedAsync(asker, RefusalReason.Denied);
        (await port.WhoAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Allow_ChangedUnderTraffic_HoldsForNewOnesOnly(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var old = await port.AskAsync();
        (await old.AnswerAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { Allow = [IPNetwork.Parse("127.0.0.2/31")] });
        using var refused = await port.AskAsync();
        await port.RefusedAsync(refused, RefusalReason.Denied);
        (await port.WhoAsync(Other)).ShouldBe('a');
        await old.AskAsync();
        (await old.AnswerAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnections_SetUnderTraffic_CountsThoseThatAreThere(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var first = await port.AskAsync();
        await first.AnswerAsync();
        await port.PolicyAsync(policy => policy with { MaxConnections = 2 });
        using var second = await port.AskAsync();
        await second.AnswerAsync();
        using var third = await port.AskAsync();
        await port.RefusedAsync(third, RefusalReason.MaxConnections);
        await port.PolicyAsync(policy => policy with { MaxConnections = 3 });
        using var fourth = await port.AskAsync();
        (await fourth.AnswerAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnectionsPerSource_AtTheCap_RefusesThatSourceOnly(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { MaxConnectionsPerSource = 1 });
        using var first = await port.AskAsync();
        await first.AnswerAsync();
        using var second = await port.AskAsync();
        await port.RefusedAsync(second, RefusalReason.MaxConnectionsPerSource);
        (await port.WhoAsync(Other)).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task RatePerSource_FasterThanThat_RefusesThatSourceOnly(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { ConnectionRatePerSource = 1 });
        var askers = new List<Asker>();
        while (!port.Counters.Refused.ContainsKey(RefusalReason.RatePerSource))
        {
            askers.Count.ShouldBeLessThan(1_000, "more came in than the rate allows");
            askers.Add(await port.AskAsync());
        }

        (await port.WhoAsync(Other)).ShouldBe('a');
        askers.ForEach(asker => asker.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnections_OneLeaves_LetsTheNextIn(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { MaxConnections = 1 });
        using var first = await port.AskAsync();
        await first.AnswerAsync();
        await port.PolicyAsync(policy => policy with { IdleTimeout = TimeSpan.FromMilliseconds(100) });
        await port.Relay.EndedAsync(transport, EndReason.Idle);
        await port.PolicyAsync(policy => policy with { IdleTimeout = TimeSpan.FromMinutes(1) });
        (await port.WhoAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task IdleTimeout_SetUnderTraffic_EndsWhatIsIdle(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var asker = await port.AskAsync();
        await asker.AnswerAsync();
        await port.PolicyAsync(policy => policy with { IdleTimeout = TimeSpan.FromMilliseconds(100) });
        await port.Relay.EndedAsync(transport, EndReason.Idle);
        await asker.RefusedAsync();
        port.Counters.Active.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Policy_ChangedOverAndOver_TurnsNobodyAwayAndEndsNobody(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "ab");
        using var old = await port.AskAsync();
        await old.AnswerAsync();
        using var over = new CancellationTokenSource();
        var changing = ChangeAsync(port, over.Token);
        for (var i = 0; i < 200; i++)
        {
            (await port.WhoAsync()).ShouldBeOneOf('a', 'b');
        }

        await over.CancelAsync();
        (await changing.WithinAsync("the last change")).ShouldBeGreaterThan(10);
        await old.AskAsync();
        await old.AnswerAsync();
        port.Counters.Refused.ShouldBeEmpty();
        port.Counters.Ended.Keys.ShouldBeSubsetOf([EndReason.ClientClosed]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task NoBackend_WithoutHold_IsRefused(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "");
        using var asker = await port.AskAsync();
        await port.RefusedAsync(asker, RefusalReason.NoBackend);
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
        using var asker = await port.AskAsync();
        await port.RefusedAsync(asker, RefusalReason.NoBackend);
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
    [MemberData(nameof(Modes))]
    public async Task Balance_Mode_SendsWhereItShould(RelayEngineKind kind, Transport transport, BalanceMode mode)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "abc");
        await port.PolicyAsync(policy => policy with { Balance = mode });
        var askers = new List<Asker>();
        var answers = "";
        for (var i = 0; i < 30; i++)
        {
            askers.Add(await port.AskAsync());
            answers += await askers[^1].AnswerAsync();
        }

        var counts = answers.CountBy(answer => answer).ToDictionary();
        switch (mode)
        {
            case BalanceMode.RoundRobin or BalanceMode.LeastConnections:
                counts.ShouldBe(new Dictionary<char, int> { ['a'] = 10, ['b'] = 10, ['c'] = 10 }, ignoreOrder: true);
                break;
            case BalanceMode.Random:
                counts.Count.ShouldBe(3);
                break;
            case BalanceMode.First:
                counts.ShouldHaveSingleItem().Key.ShouldBe('a');
                break;
            case BalanceMode.SourceHash:
                counts.ShouldHaveSingleItem();
                break;
        }

        askers.ForEach(asker => asker.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task SourceHash_ManySources_SpreadAndStay(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "abc");
        await port.PolicyAsync(policy => policy with { Balance = BalanceMode.SourceHash });
        var first = await WhoAllAsync(port);
        first.Distinct().Count().ShouldBe(3);
        (await WhoAllAsync(port)).ShouldBe(first);
        await port.StartAsync('d');
        var moved = first.Zip(await WhoAllAsync(port)).Where(pair => pair.First != pair.Second).ToList();
        moved.ShouldAllBe(pair => pair.Second == 'd');
        moved.Count.ShouldBeLessThan(20);
    }

    /// <summary>Every rule, in turns, and none that keeps anybody out. Returns how often.</summary>
    private static async Task<int> ChangeAsync(NamedPort port, CancellationToken over)
    {
        var count = 0;
        for (; !over.IsCancellationRequested; count++)
        {
            var (number, on) = (count, count % 2 == 0);
            await port.PolicyAsync(policy => (number % 6) switch
            {
                0 => policy with { Balance = (BalanceMode)(number / 6 % 5) },
                1 => policy with { Allow = on ? [IPNetwork.Parse("127.0.0.0/8")] : [] },
                2 => policy with { Deny = on ? [IPNetwork.Parse("192.0.2.0/24")] : [] },
                3 => policy with { MaxConnections = 10_000 + number, MaxConnectionsPerSource = 10_000 + number, ConnectionRatePerSource = 1_000_000 },
                4 => policy with { ConnectTimeout = TimeSpan.FromSeconds(20 + (number % 10)), Hold = TimeSpan.FromSeconds(number % 3) },
                _ => policy with { IdleTimeout = TimeSpan.FromMinutes(1 + (number % 5)) },
            });
            await Task.Yield();
        }

        return count;
    }

    private static async Task<string> WhoAllAsync(NamedPort port)
    {
        var answers = "";
        for (var i = 1; i <= 32; i++)
        {
            answers += await port.WhoAsync(new IPAddress([127, 0, 1, (byte)i]));
        }

        return answers;
    }
}
