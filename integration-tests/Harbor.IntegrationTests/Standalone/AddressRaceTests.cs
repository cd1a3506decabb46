using Harbor.IntegrationTests.Races;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>A process at the address of another application's former instance, as a race over the whole path.</summary>
public sealed class AddressRaceTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    [Theory]
    [InlineData(20261122)]
    [InlineData(4100)]
    public async Task Process_AtAnotherApplicationsFormerAddress_NeverGetsItsClients(int seed)
    {
        const int rounds = 100;
        await using var race = new AddressRace(harbor.Broker, harbor.NatsUrl, seed, ["d0", "d1"]);

        await race.RunAsync(rounds);

        TestContext.Current.TestOutputHelper!.WriteLine($"{rounds} rounds, seed {seed}: {race.Answered} clients answered, none by another application");
    }
}
