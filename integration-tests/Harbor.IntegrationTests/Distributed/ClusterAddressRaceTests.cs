using Harbor.IntegrationTests.Races;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>
/// A process at the address of another application's former instance, where the two are told of by DEAs for which two nodes write: what the one writes, the other
/// learns by the watch alone.
/// </summary>
[Collection<ClusterCollection>]
public sealed class ClusterAddressRaceTests(Cluster cluster)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(20261125)]
    [InlineData(4101)]
    public async Task Process_AtAnotherApplicationsFormerAddress_NeverGetsItsClients_AmongTwoNodes(int seed)
    {
        const int rounds = 60;
        cluster.Require();
        await using var other = cluster.NewNode();
        await other.StartReadyAsync();
        await using (var race = new AddressRace(cluster.Broker, cluster.Nats.Address, seed, await DeasOfTwoNodesAsync()))
        {
            await race.RunAsync(rounds);

            TestContext.Current.TestOutputHelper!.WriteLine($"{rounds} rounds among two nodes, seed {seed}: {race.Answered} clients answered, none by another application");
        }

        // In order, so that the tests after this one have all of the partitions with the node that stays.
        await other.StopAsync();
    }

    /// <summary>Two DEAs whose changes are written by different nodes.</summary>
    private async Task<IReadOnlyList<string>> DeasOfTwoNodesAsync()
    {
        string[] deas = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var writers = new Dictionary<string, string>();
                for (var number = 0; number < 32; number++)
                {
                    writers.TryAdd(await cluster.State.WriterOfAsync($"race-{number}"), $"race-{number}");
                }

                deas = [.. writers.Where(writer => writer.Key.Length > 0).Select(writer => writer.Value)];
                return deas.Length == 2;
            },
            "two nodes write",
            cancellationToken: Cancelled);
        return deas;
    }
}
