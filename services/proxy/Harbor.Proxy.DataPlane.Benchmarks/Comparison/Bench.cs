using Harbor.Proxy.DataPlane.Benchmarks.Relays;
using Harbor.Proxy.DataPlane.Benchmarks.Work;

namespace Harbor.Proxy.DataPlane.Benchmarks.Comparison;

/// <summary>Gives all relays the same work, in turns, and compares the medians.</summary>
internal static class Bench
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = BenchOptions.Parse(args);
        IWork[] works =
        [
            new StreamWork(1), new StreamWork(4), new HttpWork(keepAlive: true), new HttpWork(keepAlive: false), new DatagramWork(inRuns: false), new DatagramWork(inRuns: true),
            new IdleWork(), new LatencyWork(),
        ];
        var directory = Directory.CreateTempSubdirectory("harbor-bench-").FullName;
        var results = new Results();
        try
        {
            using var backends = await Backends.StartAsync(directory);
            foreach (var work in works.Where(work => options.Works.Length == 0 || options.Works.Contains(work.Name)))
            {
                await RunAsync(work, options, directory, results);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        return Report.Write(results, options);
    }

    private static async Task RunAsync(IWork work, BenchOptions options, string directory, Results results)
    {
        // A fresh process for each work: what one left behind (memory, warm caches) is not the next one's.
        var relays = new List<RelayUnderTest>();
        try
        {
            foreach (var name in options.AllRelays)
            {
                relays.Add(await RelayStarter.StartAsync(name, directory, options.Before));
            }

            relays.RemoveAll(relay => !work.Suits(relay) && Dispose(relay));
            // Memory is measured on the first round as well: a relay's growth is what it grows by when it has not grown before.
            if (work is not IdleWork)
            {
                relays.ForEach(relay => work.Run(relay, TimeSpan.FromSeconds(1)));
            }

            var rounds = work is IdleWork ? 1 : options.Rounds;
            for (var round = 0; round < rounds; round++)
            {
                // Each round begins with another relay, so that none is always the one after.
                for (var i = 0; i < relays.Count; i++)
                {
                    var relay = relays[(i + round) % relays.Count];
                    results.Add(work.Name, relay.Name, work.Run(relay, TimeSpan.FromSeconds(options.Seconds)));
                }
            }
        }
        finally
        {
            relays.ForEach(relay => relay.Dispose());
        }
    }

    private static bool Dispose(RelayUnderTest relay)
    {
        relay.Dispose();
        return true;
    }
}
