using System.Globalization;
using System.Text;
using Harbor.IntegrationTests.Broker;
using Harbor.IntegrationTests.Traffic;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Races;

/// <summary>
/// Two applications, each with a port, and one host:port that is now the one's process and now the other's, told in every way that DEAs have, while
/// clients of both ask without a pause. No client may ever meet the other's process, and whoever is connected when the process changes is reset.
/// </summary>
/// <param name="broker">Where the ports come from.</param>
/// <param name="natsUrl">Where the DEAs speak.</param>
/// <param name="seed">Of the ways in which the address moves.</param>
/// <param name="deaIds">The ids of the two DEAs, which are one machine.</param>
internal sealed class AddressRace(BrokerClient broker, string natsUrl, int seed, IReadOnlyList<string> deaIds) : IAsyncDisposable
{
    private readonly NatsConnection _deas = new(new NatsOpts { Url = natsUrl });
    private readonly Random _random = new(seed);
    private readonly Dictionary<char, (string App, int Port)> _sides = [];
    private readonly ContestedAddress _address = new('A');

    /// <summary>Clients answered in all rounds.</summary>
    public long Answered => _address.Answered;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async Task RunAsync(int rounds)
    {
        await _deas.ConnectAsync();
        foreach (var letter in "AB")
        {
            var app = Guid.NewGuid().ToString();
            _sides[letter] = (app, (await broker.PortForAsync(Guid.NewGuid().ToString(), app, new { protocol = "both" })).Port);
        }

        await using var first = new RacingClient('A', _sides['A'].Port);
        await using var second = new RacingClient('B', _sides['B'].Port);
        _address.Expect('A');
        await RunningAsync('A', 0, deaIds[0]);
        await TakenAsync(0);
        for (var round = 1; round <= rounds; round++)
        {
            var (old, next) = round % 2 == 1 ? ('A', 'B') : ('B', 'A');
            using var connected = await EchoClient.OpenAsync(_sides[old].Port);
            (await connected.EchoesLetterAsync(old)).ShouldBe(old, $"round {round}: the client that is there before");

            _address.Expect(next);
            var way = await MoveAsync(old, next, round);
            await TakenAsync(round);

            (await connected.IsResetAsync()).ShouldBeTrue($"round {round} ({way}): the old process's client is reset");
            _address.Wrong.ShouldBeEmpty($"round {round} ({way}), seed {seed}");
            (first.Wrong ?? second.Wrong).ShouldBeNull($"round {round} ({way}), seed {seed}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _deas.DisposeAsync();
        await _address.DisposeAsync();
    }

    private async Task TakenAsync(int round)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await _address.TakenAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            throw new TimeoutException($"Round {round}, seed {seed}: no client has reached the new process.");
        }
    }

    /// <summary>One of the ways in which the platform tells that the old process is gone and the new one is there.</summary>
    private async Task<string> MoveAsync(char old, char next, int round)
    {
        var way = _random.Next(6);
        switch (way)
        {
            case 0:
                await RunningAsync(next, round, deaIds[(round - 1) % 2]);
                return "absent from the heartbeat that names the new";
            case 1:
                await RunningAsync(next, round, deaIds[round % 2]);
                return "another DEA claims";
            case 2:
                await ExitedAsync(old, round - 1);
                await RunningAsync(next, round, deaIds[round % 2]);
                return "exited, then running";
            case 3:
                await RunningAsync(next, round, deaIds[round % 2]);
                await ExitedAsync(old, round - 1);
                return "running, then exited";
            case 4:
                await SayAsync("harbor.unregister", $$"""{"app":"{{_sides[old].App}}","host":"127.0.0.1","ports":[{"container_port":4100,"host_port":{{_address.Port}}}]}""");
                await SayAsync("harbor.register", $$"""{"dea":"{{deaIds[round % 2]}}","app":"{{_sides[next].App}}","instance":"i{{round}}","index":0,"host":"127.0.0.1","ports":[{"container_port":4100,"host_port":{{_address.Port}}}]}""");
                return "unregistered, then registered";
            default:
                await SayAsync("dea.heartbeat", $$"""{"dea":"{{deaIds[(round - 1) % 2]}}","ip":"127.0.0.1","droplets":[{{Droplet(old, round - 1, "CRASHED", round)}},{{Droplet(next, round, "RUNNING", round)}}]}""");
                return "crashed and running in one heartbeat";
        }
    }

    /// <summary>With another instance beside it, so that the heartbeat is not one of the partial ones of old DEAs.</summary>
    private Task RunningAsync(char letter, int round, string dea)
        => SayAsync("dea.heartbeat", $$"""{"dea":"{{dea}}","ip":"127.0.0.1","droplets":[{{Droplet(letter, round, "RUNNING", round)}},{"droplet":"unbound","instance":"{{dea}}","index":0,"state":"RUNNING","state_timestamp":1}]}""");

    private Task ExitedAsync(char letter, int round) => SayAsync("droplet.exited", $$"""{"droplet":"{{_sides[letter].App}}","instance":"i{{round}}","index":0,"reason":"STOPPED"}""");

    private string Droplet(char letter, int round, string state, int began) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"droplet":"{{_sides[letter].App}}","instance":"i{{round}}","index":0,"state":"{{state}}","state_timestamp":{{1_700_000_000 + began}},"ports":[{"container_port":4100,"host_port":{{_address.Port}}}]}""");

    private async Task SayAsync(string subject, string json) => await _deas.PublishAsync(subject, Encoding.UTF8.GetBytes(json), cancellationToken: Cancelled);
}
