using System.Net;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Which backend gets the next one.</summary>
public sealed class BalanceTests
{
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
    public async Task Balance_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "abc");
        await port.PolicyAsync(policy => policy with { Balance = BalanceMode.First });
        using var old = await port.AnsweredAsync();
        await port.PolicyAsync(policy => policy with { Balance = BalanceMode.RoundRobin });
        var (askers, answers) = (new List<Asker>(), "");
        for (var i = 0; i < 6; i++)
        {
            askers.Add(await port.AskAsync());
            answers += await askers[^1].AnswerAsync();
        }

        answers.Order().ShouldBe("aabbcc");
        (await old.AskAgainAsync()).ShouldBe('a');
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
