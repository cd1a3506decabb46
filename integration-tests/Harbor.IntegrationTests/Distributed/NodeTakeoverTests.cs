using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>Two nodes as processes, one of them killed under traffic. How long its share takes to move is printed; the promise is 5 s.</summary>
public sealed partial class NodeTakeoverTests(Cluster cluster) : IClassFixture<Cluster>
{
    /// <summary>So many that each node certainly has some of them.</summary>
    private const int Deas = 16;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Node_KilledUnderTraffic_ItsShareMovesWithoutABackendOrAConnectionLost()
    {
        cluster.Require();
        await using var other = cluster.NewNode();
        await other.StartReadyAsync();
        await Eventually.GetAsync(() => PartitionsOfAsync(other.Url), count => count == 32, "half of the partitions at the second node", cancellationToken: Cancelled);
        var app = Guid.NewGuid().ToString();
        var port = (await cluster.Broker.PortForAsync(Guid.NewGuid().ToString(), app, new { protocol = "tcp" })).Port;
        var simulation = await cluster.NewSimulationAsync();
        var first = new HashSet<string>();
        for (var dea = 0; dea < Deas; dea++)
        {
            first.Add((await simulation.AddDea().StartAsync(app, dea, [4100])).Id);
        }

        await ReachedAsync(port, first);
        var clients = await Task.WhenAll(Enumerable.Range(0, Deas).Select(_ => EchoClient.ConnectAsync(port)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var lost = new ConcurrentQueue<string>();
        var traffic = clients.Select(client => TalkAsync(client, lost, stop.Token)).Append(AskAsync(port, lost, stop.Token)).ToList();

        await other.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        var second = new HashSet<string>();
        for (var dea = 0; dea < Deas; dea++)
        {
            second.Add((await simulation.Deas[dea].StartAsync(app, Deas + dea, [4100])).Id);
        }

        await ReachedAsync(port, [.. first, .. second]);
        var taken = Stopwatch.GetElapsedTime(killed);
        await stop.CancelAsync();
        await Task.WhenAll(traffic);

        lost.ShouldBeEmpty();
        (await PartitionsOfAsync(cluster.Node.Url)).ShouldBe(64);
        foreach (var client in clients)
        {
            (await client.EchoesAsync("after it all")).ShouldBeTrue();
            client.Dispose();
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"from the kill to traffic at every new instance of its share: {taken.TotalSeconds:F1} s");
    }

    [GeneratedRegex(@"^harbor_node_partitions\S* (\d+)", RegexOptions.Multiline)]
    private static partial Regex Partitions { get; }

    private static async Task<int> PartitionsOfAsync(string url)
    {
        using var http = new HttpClient();
        return Partitions.Match(await http.GetStringAsync($"{url}/metrics", Cancelled)) is { Success: true } found ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    private static Task ReachedAsync(int port, HashSet<string> instances)
    {
        var seen = new HashSet<string>();
        return Eventually.TrueAsync(
            async () =>
            {
                seen.Add(await EchoClient.TryAskAsync(port) ?? "nobody");
                return seen.IsSupersetOf(instances);
            },
            $"answers of {instances.Count} instances",
            cancellationToken: Cancelled);
    }

    /// <summary>One connection that stays.</summary>
    private static async Task TalkAsync(EchoClient client, ConcurrentQueue<string> lost, CancellationToken stop)
    {
        try
        {
            for (var line = 0; !stop.IsCancellationRequested; line++)
            {
                if (!await client.EchoesAsync($"line {line}"))
                {
                    lost.Enqueue($"line {line} of a connection came back as another");
                }
            }
        }
        catch (SocketException exception)
        {
            lost.Enqueue($"a connection was lost: {exception.SocketErrorCode}");
        }
    }

    /// <summary>New connections, one after the other.</summary>
    private static async Task AskAsync(int port, ConcurrentQueue<string> lost, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await EchoClient.TryAskAsync(port) is null)
            {
                lost.Enqueue("a new connection found nobody");
            }
        }
    }
}
