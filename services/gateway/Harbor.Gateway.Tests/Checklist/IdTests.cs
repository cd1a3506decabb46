using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class IdTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Theory]
    [InlineData("a.b_c~d")]
    [InlineData("with space")]
    [InlineData("with/slash")]
    [InlineData("with%2Fescape")]
    [InlineData("with%252Ftwice")]
    [InlineData("50%")]
    [InlineData("a+b;c=d,e@f:g!h$i*j(k)")]
    [InlineData("ümläut-日本-🚪")]
    [InlineData("quote\"and'more&x=1#y?z")]
    [InlineData("back\\slash|<pipe>[0]{1}^`")]
    [InlineData("service_bindings")]
    [InlineData("last_operation")]
    [InlineData("/service_bindings/")]
    public async Task C016_Ids_RoundTripOnEveryRoute(string text)
    {
        var (id, binding) = ($"{text}-{NewId()}", $"{text}-{NewId()}");
        foreach (var call in Call.Life(id, binding))
        {
            var answer = (await call.SendAsync(Broker)).Is(call.Success);
            if (answer.Status == 201 && answer.Body["credentials"] is { } credentials)
            {
                ((string?)credentials["name"]).ShouldBe(id);
                (await StoredBindingAsync(binding))!.ServiceInstanceId.ShouldBe(id);
            }
        }

        (await StoredAsync(id)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("last_operation")]
    [InlineData("service_bindings")]
    public async Task C016_IdsThatAreWordsOfTheApi_AreIds(string word)
    {
        await using var run = await GatewayRun.StartAsync();
        foreach (var call in Call.Life(word, word))
        {
            (await call.SendAsync(run.Broker)).Is(call.Success);
        }
    }

    [Fact]
    public async Task C016_EncodedQuery_IsDecodedOnce()
    {
        var (id, binding) = await BoundAsync();
        var query = $"?service_id={Escaped(BrokerClient.ServiceId)}&plan_id={Escaped(BrokerClient.PlanId)}";
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Binding(id, binding) + query.Replace("%", "%25", StringComparison.Ordinal))).IsError(400);
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Binding(id, binding) + query)).Is(200);
        var (running, operation) = await ProvisioningAsync();
        (await Broker.SendAsync(HttpMethod.Get, $"{BrokerClient.Instance(running)}/last_operation?operation={Escaped(operation)}")).State.ShouldBe("in progress");
        (await EndAsync(running)).ShouldBe("succeeded");
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Instance(id) + query)).Is(200);
    }

    /// <summary>The server matches words without regard to case, and takes dot segments out of paths: the ids must be those of the route that it found.</summary>
    [Fact]
    public async Task C016_Ids_AreThoseOfTheRoute()
    {
        var (id, binding, other) = (NewId(), NewId(), NewId());
        (await Broker.ProvisionAsync(id)).Is(201);
        (await Broker.SendAsync(HttpMethod.Put, $"/V2/Service_Instances/{id}/SERVICE_BINDINGS/{binding}", BrokerClient.BindBody())).Is(201);
        (await StoredBindingAsync(binding))!.ServiceInstanceId.ShouldBe(id);
        (await Broker.FetchBindingAsync(id, binding)).Is(200);
        foreach (var dots in new[] { "..", "%2E%2e", ".%2E" })
        {
            ((string?)(await Broker.SendAsync(HttpMethod.Get, $"/v2/service_instances/{other}/{dots}/./{id}/service_bindings/{binding}")).Is(200).Body["credentials"]!["name"]).ShouldBe(id);
        }

        (await Broker.SendAsync(HttpMethod.Put, $"/v2/service_instances/{other}/%2E%2E", BrokerClient.ProvisionBody())).IsError(404);
        (await StoredAsync(other)).ShouldBeNull();
    }

    [Fact]
    public async Task C016_IdOver255Characters_Is400()
    {
        var (longest, tooLong) = (new string('i', 255), new string('i', 256));
        foreach (var call in Call.Life(longest, new string('b', 255)))
        {
            (await call.SendAsync(Broker)).Is(call.Success);
        }

        foreach (var call in Call.Life(tooLong, "b").Concat(Call.Life("c16", new string('b', 256)).Where(call => call.Path.Contains("/service_bindings/", StringComparison.Ordinal))).Where(call => call.Path != "/v2/catalog"))
        {
            (await call.SendAsync(Broker)).IsError(400);
        }

        (await StoredAsync(tooLong)).ShouldBeNull();
    }

    private static string Escaped(string text) => string.Concat(text.Select(character => $"%{(int)character:X2}"));
}
