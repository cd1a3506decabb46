using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.CloudController;

/// <summary>
/// Speaks and listens as Cloud Controller does: its headers, its bodies, its polling; and takes only the answers that it takes. Whatever else comes is an
/// exception, as it would be a failed service or an orphan mitigation there.
/// </summary>
internal sealed class StrictClient(string url) : IDisposable
{
    private readonly BrokerClient _client = New(url);

    /// <summary>C3: what it demands of a catalog.</summary>
    public async Task<JsonObject> CatalogAsync()
    {
        var answer = await SendAsync(HttpMethod.Get, "/v2/catalog", null);
        answer.Is(200);
        var services = answer.Body["services"]!.AsArray();
        services.Count.ShouldBeGreaterThan(0);
        foreach (var service in services.Select(service => service!.AsObject()))
        {
            service["bindable"]!.GetValueKind().ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
            ((string)service["description"]!).Length.ShouldBeLessThanOrEqualTo(10_000);
            service["tags"]!.AsArray().Sum(tag => ((string)tag!).Length).ShouldBeLessThanOrEqualTo(2048);
            service["metadata"]!["shareable"]!.GetValueKind().ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
            foreach (var plan in service["plans"]!.AsArray())
            {
                foreach (var schema in plan!["schemas"]!.AsObject().SelectMany(kind => kind.Value!.AsObject()).Select(method => method.Value!["parameters"]!))
                {
                    ((string?)schema["$schema"]).ShouldBe("http://json-schema.org/draft-04/schema#");
                    (await NJsonSchema.JsonSchema.FromJsonAsync(schema.ToJsonString(), TestContext.Current.CancellationToken)).ShouldNotBeNull();
                }

                if (plan["maintenance_info"] is { } maintenance)
                {
                    maintenance.AsObject().ShouldAllBe(property => property.Key == "version" || property.Key == "description");
                }
            }
        }

        return services[0]!.AsObject();
    }

    /// <summary>C2, C4, C7: asynchronous, polled to its end.</summary>
    public async Task ProvisionAsync(string id, JsonObject? parameters = null)
    {
        var body = new JsonObject
        {
            ["service_id"] = BrokerClient.ServiceId,
            ["plan_id"] = BrokerClient.PlanId,
            ["organization_guid"] = "org-guid",
            ["space_guid"] = "space-guid",
            ["context"] = new JsonObject
            {
                ["platform"] = "cloudfoundry",
                ["organization_guid"] = "org-guid",
                ["organization_name"] = "org",
                ["organization_annotations"] = new JsonObject(),
                ["space_guid"] = "space-guid",
                ["space_name"] = "space",
                ["space_annotations"] = new JsonObject { ["example.com/team"] = "a" },
                ["instance_name"] = "my-port",
                ["instance_annotations"] = new JsonObject(),
            },
        };
        if (parameters is not null)
        {
            body["parameters"] = parameters;
        }

        var answer = await SendAsync(HttpMethod.Put, $"/v2/service_instances/{id}?accepts_incomplete=true", body);
        answer.Status.ShouldBeOneOf(200, 201, 202);
        CheckNulls(answer, "dashboard_url");
        if (answer.Status == 202)
        {
            await PollAsync($"/v2/service_instances/{id}/last_operation", answer, isDelete: false);
        }

        (await SendAsync(HttpMethod.Get, $"/v2/service_instances/{id}", null)).Is(200).Body.ShouldAllBe(property => property.Value != null);
    }

    /// <summary>C2: previous values always, parameters always.</summary>
    public async Task UpdateAsync(string id, JsonObject parameters)
    {
        var body = new JsonObject
        {
            ["service_id"] = BrokerClient.ServiceId,
            ["plan_id"] = BrokerClient.PlanId,
            ["parameters"] = parameters,
            ["previous_values"] = new JsonObject
            {
                ["plan_id"] = BrokerClient.PlanId,
                ["service_id"] = BrokerClient.ServiceId,
                ["organization_id"] = "org-guid",
                ["space_id"] = "space-guid",
            },
        };
        var answer = await SendAsync(HttpMethod.Patch, $"/v2/service_instances/{id}?accepts_incomplete=true", body);
        answer.Status.ShouldBeOneOf(200, 202);
        if (answer.Status == 202)
        {
            await PollAsync($"/v2/service_instances/{id}/last_operation", answer, isDelete: false);
        }
    }

    /// <summary>C4, C5, C8, C10: the credentials that an application sees.</summary>
    public async Task<JsonObject> BindAsync(string id, string binding, JsonObject? predecessor = null)
    {
        var body = new JsonObject
        {
            ["service_id"] = BrokerClient.ServiceId,
            ["plan_id"] = BrokerClient.PlanId,
            ["app_guid"] = "app-guid",
            ["bind_resource"] = new JsonObject { ["app_guid"] = "app-guid", ["space_guid"] = "space-guid", ["app_annotations"] = new JsonObject() },
            ["context"] = new JsonObject { ["platform"] = "cloudfoundry", ["organization_guid"] = "org-guid", ["space_guid"] = "space-guid" },
        };
        foreach (var property in predecessor ?? [])
        {
            body[property.Key] = property.Value!.DeepClone();
        }

        var path = $"/v2/service_instances/{id}/service_bindings/{binding}";
        var answer = await SendAsync(HttpMethod.Put, $"{path}?accepts_incomplete=true", body);
        answer.Status.ShouldBeOneOf(200, 201, 202);
        if (answer.Status == 202)
        {
            await PollAsync($"{path}/last_operation", answer, isDelete: false);
            answer = (await SendAsync(HttpMethod.Get, path, null)).Is(200);
        }

        CheckNulls(answer);
        answer.Body.ContainsKey("syslog_drain_url").ShouldBeFalse();
        answer.Body.ContainsKey("volume_mounts").ShouldBeFalse();
        answer.Body.ContainsKey("route_service_url").ShouldBeFalse();
        return answer.Body["credentials"]!.AsObject();
    }

    public async Task DeleteAsync(string path)
    {
        var answer = await SendAsync(HttpMethod.Delete, $"{path}?accepts_incomplete=true&service_id={BrokerClient.ServiceId}&plan_id={BrokerClient.PlanId}", null);
        answer.Status.ShouldBeOneOf(200, 202, 410);
        if (answer.Status == 202)
        {
            await PollAsync($"{path}/last_operation", answer, isDelete: true);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>C4, C7: 200 with a valid state; 410 is the success of a delete; 400 would be a failure; everything else goes on polling, and so never ends.</summary>
    private async Task PollAsync(string path, Answer accepted, bool isDelete)
    {
        var operation = accepted.Operation!;
        operation.Length.ShouldBeInRange(1, 10_000);
        await Harbor.Testing.Eventually.TrueAsync(
            async () =>
            {
                var answer = await SendAsync(HttpMethod.Get, $"{path}?service_id={BrokerClient.ServiceId}&plan_id={BrokerClient.PlanId}&operation={Uri.EscapeDataString(operation)}", null);
                if (answer.Status == 410 && isDelete)
                {
                    return true;
                }

                answer.Is(200);
                answer.State.ShouldBeOneOf("in progress", "succeeded");
                return answer.State == "succeeded";
            },
            $"the operation at {path} succeeds",
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        var identity = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"user_id":"683ea748-3092-4ff4-b656-39cacc4d5360"}"""));
        var requestId = Guid.NewGuid().ToString();
        var answer = await _client.SendAsync(
            method, path, body, ("X-Broker-API-Originating-Identity", $"cloudfoundry {identity}"), ("X-Broker-API-Request-Identity", requestId), ("X-VCAP-Request-ID", Guid.NewGuid().ToString()), ("X-Api-Info-Location", "api.example.com/v2/info"));
        answer.Headers.GetValues("X-Broker-API-Request-Identity").ShouldBe([requestId]);

        // Success bodies must be objects, also of deletes.
        JsonNode.Parse(answer.Text)!.GetValueKind().ShouldBe(JsonValueKind.Object);
        return answer;
    }

    private static void CheckNulls(Answer answer, params string[] mayBeNull)
        => answer.Body.Where(property => property.Value is null).Select(property => property.Key).Except(mayBeNull).ShouldBeEmpty();

    private static BrokerClient New(string url)
    {
        var client = new BrokerClient(url, "platform", GatewayRun.Password, "2.15");
        client.Http.DefaultRequestHeaders.Add("Accept", "application/json");
        return client;
    }
}
