using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Harbor.IntegrationTests.Processes;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>Two nodes as processes, one of them killed under traffic and changes, again and again. How long its share takes to move is printed; the promise is 5 s.</summary>
public sealed partial class NodeTakeoverTests(Cluster cluster) : IClassFixture<Cluster>
{
    /// <summary>So many that each node certainly has some of them.</summary>
    private const int Deas = 16;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>How often the node is killed; <c>HARBOR_TEST_TAKEOVERS</c> says otherwise.</summary>
    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("HARBOR_TEST_TAKEOVERS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Node_KilledUnderTrafficAndChanges_ItsShareIsWrittenByTheOtherWithinFiveSeconds_AndNothingIsLost()
    {
        cluster.Require();
        await using var other = cluster.NewNode();
        await other.StartReadyAsync();
        var app = Guid.NewGuid().ToString();
        var port = (await cluster.Broker.PortForAsync(Guid.NewGuid().ToString(), app, new { protocol = "tcp" })).Port;
        var simulation = await cluster.NewSimulationAsync();
        var instances = new HashSet<string>();
        for (var dea = 0; dea < Deas; dea++)
        {
            instances.Add((await simulation.AddDea().StartAsync(app, dea, [4100])).Id);
        }

        await ReachedAsync(port, instances);
        var clients = await Task.WhenAll(Enumerable.Range(0, Deas).Select(_ => EchoClient.ConnectAsync(port)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var lost = new ConcurrentQueue<string>();
        var traffic = clients.Select(client => TalkAsync(client, lost, stop.Token)).Append(AskAsync(port, lost, stop.Token)).Append(KeepAsync(port, lost, stop.Token)).ToList();
        var changing = Guid.NewGuid().ToString();
        var changed = (await cluster.Broker.PortForAsync(Guid.NewGuid().ToString(), changing, new { protocol = "tcp" })).Port;
        await using var nats = new NatsConnection(new NatsOpts { Url = cluster.Nats.Address });
        await using (var routes = new ChangingRoutes(cluster.State, nats, changing, changed))
        {
            routes.Start();
            for (var kill = 1; kill <= Kills; kill++)
            {
                var taken = await KilledAsync(other, routes);
                TestContext.Current.TestOutputHelper!.WriteLine($"kill {kill}: {taken.TotalSeconds:F2} s to the first document written for an instance of its share");
                taken.ShouldBeLessThan(TimeSpan.FromSeconds(5));
                await other.StartReadyAsync();
            }

            routes.NothingWasWrittenTwice();
            TestContext.Current.TestOutputHelper!.WriteLine($"{routes.Count} states of the document, none of them twice");
        }

        await stop.CancelAsync();
        await Task.WhenAll(traffic);

        lost.ShouldBeEmpty();
        foreach (var client in clients)
        {
            (await client.EchoesAsync("after it all")).ShouldBeTrue();
            client.Dispose();
        }
    }

    /// <summary>From the kill to the first document that the other node wrote for an instance of its share.</summary>
    private async Task<TimeSpan> KilledAsync(HarborChild victim, ChangingRoutes routes)
    {
        await Eventually.GetAsync(() => PartitionsOfAsync(victim.Url), count => count == 32, "half of the partitions at the second node", cancellationToken: Cancelled);
        var survivor = $"{Environment.MachineName}:{new Uri(cluster.Node.Url).Port}";
        var share = new HashSet<string>();
        foreach (var dea in ChangingRoutes.Deas)
        {
            if (await cluster.State.WriterOfAsync(dea) is { Length: > 0 } writer && writer != survivor)
            {
                share.Add(dea);
            }
        }

        share.Count.ShouldBeInRange(1, ChangingRoutes.Deas.Count - 1);
        await Eventually.TrueAsync(() => routes.FirstSince(routes.Number - ChangingRoutes.Deas.Count, share) is not null, "changes of its share, written by itself", cancellationToken: Cancelled);
        var killed = Stopwatch.GetTimestamp();
        await victim.KillAsync();

        // Told of when it was no more: whoever writes that is not it.
        var number = routes.Number;
        long? first = null;
        await Eventually.TrueAsync(() => (first = routes.FirstSince(number, share)) is not null, "a change of the dead node's share is written", cancellationToken: Cancelled);
        return Stopwatch.GetElapsedTime(killed, first!.Value);
    }

    /// <summary>The port's backends, which never change, stay in its document.</summary>
    private async Task KeepAsync(int port, ConcurrentQueue<string> lost, CancellationToken stop)
    {
        try
        {
            await foreach (var known in cluster.State.FollowAsync(port, stop))
            {
                if (known.Backends.Count != Deas)
                {
                    lost.Enqueue($"version {known.Version} has {known.Backends.Count} backends");
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It is over.
        }
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
