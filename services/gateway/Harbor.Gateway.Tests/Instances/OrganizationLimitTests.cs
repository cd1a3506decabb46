using Harbor.Gateway.Instances;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Instances;

public sealed class OrganizationLimitTests
{
    private const int Limit = 10;
    private const string Setting = "Harbor:Gateway:Broker:InstancesPerOrganization";

    [Fact]
    public async Task Organization_FilledByTwoGatewaysAtOnce_IsNeverExceeded()
    {
        await using var first = await StartAsync(null);
        await using var second = await StartAsync(first.StorePath);
        for (var round = 0; round < 5; round++)
        {
            var organization = $"org-{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(number => (number % 2 == 0 ? first : second).Broker.ProvisionAsync(
                $"{organization}-{number}", BrokerClient.ProvisionBody(organization: organization), incomplete: true)));

            var stored = (await first.AllAsync<ServiceInstanceDocument>()).Count(instance => instance.OrganizationGuid == organization && !instance.IsOver());
            stored.ShouldBeInRange(1, Limit);
            answers.Count(answer => answer.Status is 201 or 202).ShouldBe(stored);
            answers.Where(answer => answer.Status is not (201 or 202)).ShouldAllBe(answer => answer.Status == 400);
        }
    }

    [Fact]
    public async Task Organization_ThatIsFull_HasAPlaceAgainAfterADelete()
    {
        await using var run = await StartAsync(null);
        for (var number = 0; number < Limit; number++)
        {
            (await run.Broker.ProvisionAsync($"x{number}")).Is(201);
        }

        (await run.Broker.ProvisionAsync("one-more")).IsError(400);
        (await run.Broker.DeprovisionAsync("x3")).Is(200);

        // Known as soon as the gateway's watch has shown it.
        await Eventually.TrueAsync(async () => (await run.Broker.ProvisionAsync("one-more")).Status == 201, "the place is free", cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Organization_WhereNothingIsConfigured_HasAHundred()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { [Setting] = null });
        var answers = await Task.WhenAll(Enumerable.Range(0, 110).Select(number => run.Broker.ProvisionAsync($"x{number}")));

        answers.Count(answer => answer.Status == 201).ShouldBe(100);
        answers.Where(answer => answer.Status != 201).ShouldAllBe(answer => answer.Status == 400 && answer.Description!.Contains("100"));
        (await run.Broker.ProvisionAsync("other", BrokerClient.ProvisionBody(organization: "org-2"))).Is(201);
    }

    private static Task<GatewayRun> StartAsync(string? store)
    {
        var settings = new Dictionary<string, string?> { [Setting] = Limit.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (store is not null)
        {
            settings["Harbor:State:Sqlite:Path"] = store;
        }

        return GatewayRun.StartAsync(settings);
    }
}
