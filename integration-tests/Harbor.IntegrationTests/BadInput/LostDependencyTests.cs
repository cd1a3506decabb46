using System.Diagnostics;
using System.Net;
using Harbor.IntegrationTests.Distributed;
using Harbor.Testing;

namespace Harbor.IntegrationTests.BadInput;

/// <summary>The store or the broker cannot be reached: a clear error, nothing half done, and the process stays up.</summary>
public sealed class LostDependencyTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mongo_Unreachable_IsA503_AndThePortComesLater()
    {
        cluster.Require();
        await cluster.Mongo.KillAsync();
        var id = Guid.NewGuid().ToString();
        try
        {
            await AnswersUnavailableAsync(id);
        }
        finally
        {
            await cluster.Mongo.RestartAsync(Cancelled);
        }

        await WorksAgainAsync(id);
    }

    [Fact]
    public async Task RabbitMq_Unreachable_IsA503_AndThePortComesLater()
    {
        cluster.Require();
        await cluster.RabbitLink.CutAsync();
        var id = Guid.NewGuid().ToString();
        try
        {
            await AnswersUnavailableAsync(id);
        }
        finally
        {
            cluster.RabbitLink.Restore();
        }

        await WorksAgainAsync(id);
    }

    private async Task AnswersUnavailableAsync(string id)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await cluster.Broker.ProvisionAsync(id);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, await answer.Content.ReadAsStringAsync(Cancelled));

        // The promise is under 5 s; printed, since what a busy machine adds is no property of the code.
        TestContext.Current.TestOutputHelper!.WriteLine($"answered after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
        (await answer.Content.ReadAsStringAsync(Cancelled)).ShouldContain("description");
        cluster.All.ShouldAllBe(process => !process.Process.HasExited);
    }

    private async Task WorksAgainAsync(string id)
    {
        await Eventually.GetAsync(
            () => cluster.Broker.ProvisionAsync(id), answer => answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, "the port once the server is back", TimeSpan.FromSeconds(90), Cancelled);
        cluster.All.ShouldAllBe(process => !process.Process.HasExited);
        await cluster.Broker.DeprovisionedAsync(id);
    }
}
