using System.Text;
using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.CloudController;

/// <summary>
/// Speaks and listens as Cloud Controller does: its headers, its bodies, its polling; and takes only the answers that it takes. Whatever else comes is an
/// exception, as it would be a failed service or an orphan mitigation there.
/// </summary>
internal sealed class StrictClient(string url, string planId) : IDisposable
{
    private readonly BrokerClient _client = New(url);
    private JsonObject _offering = [];

    /// <summary>How many operations it was told to poll, and has polled to their end.</summary>
    public int Polled { get; private set; }

    private JsonObject Plan => _offering["plans"]!.AsArray().Single(plan => (string?)plan!["id"] == planId)!.AsObject();

    public static string Instance(string id) => BrokerClient.Instance(id);

    public static string Binding(string id, string binding) => BrokerClient.Binding(id, binding);

    /// <summary>C3: without it, nothing else goes.</summary>
    public async Task CatalogAsync()
    {
        var answer = (await SendAsync(HttpMethod.Get, "/v2/catalog", null)).Is(200);
        (await StrictCatalog.FaultsOfAsync(answer.Body)).ShouldBeEmpty();
        _offering = answer.Body["services"]!.AsArray().Single(service => (string?)service!["id"] == BrokerClient.ServiceId)!.AsObject();
    }

    /// <summary>C2, C4, C7, C8: asynchronous, polled to its end, and fetched where the catalog says that this goes.</summary>
    public async Task ProvisionAsync(string id, JsonObject? parameters = null)
    {
        await EndsAsync(PlatformCall.Provision, await TryProvisionAsync(id, parameters), Instance(id));
        if ((bool?)_offering["instances_retrievable"] == true)
        {
            Takes(PlatformCall.FetchInstance, await SendAsync(HttpMethod.Get, Instance(id), null)).ShouldBe(Verdict.Done);
        }
    }

    public async Task<Answer> TryProvisionAsync(string id, JsonObject? parameters = null)
    {
        var body = new JsonObject
        {
            ["service_id"] = BrokerClient.ServiceId,
            ["plan_id"] = planId,
            ["organization_guid"] = "org-guid",
            ["space_guid"] = "space-guid",
            ["context"] = Context("my-port"),
        };
        if (parameters is not null)
        {
            body["parameters"] = parameters.DeepClone();
        }

        if (Plan["maintenance_info"] is { } maintenance)
        {
            body["maintenance_info"] = maintenance.DeepClone();
        }

        return await SendAsync(HttpMethod.Put, $"{Instance(id)}?accepts_incomplete=true", body);
    }

    /// <summary>C2: previous values always, parameters always.</summary>
    public async Task UpdateAsync(string id, JsonObject parameters)
    {
        var previous = new JsonObject { ["plan_id"] = planId, ["service_id"] = BrokerClient.ServiceId, ["organization_id"] = "org-guid", ["space_id"] = "space-guid" };
        var body = new JsonObject
        {
            ["service_id"] = BrokerClient.ServiceId,
            ["plan_id"] = planId,
            ["parameters"] = parameters.DeepClone(),
            ["previous_values"] = previous,
            ["context"] = Context("renamed"),
        };
        if (Plan["maintenance_info"] is { } maintenance)
        {
            previous["maintenance_info"] = maintenance.DeepClone();
        }

        await EndsAsync(PlatformCall.Update, await SendAsync(HttpMethod.Patch, $"{Instance(id)}?accepts_incomplete=true", body), Instance(id));
    }

    /// <summary>C4, C5, C8, C10: the credentials that an application sees.</summary>
    public async Task<JsonObject> BindAsync(string id, string binding, string? app = "app-guid", string? predecessor = null)
    {
        var answer = await TryBindAsync(id, binding, app, predecessor);
        await EndsAsync(PlatformCall.Bind, answer, Binding(id, binding));
        if (answer.Status == 202)
        {
            ((bool?)_offering["bindings_retrievable"]).ShouldBe(true, "a broker whose bindings cannot be fetched may not make them asynchronously");
            answer = await SendAsync(HttpMethod.Get, Binding(id, binding), null);
            Takes(PlatformCall.FetchBinding, answer).ShouldBe(Verdict.Done);
        }

        return answer.Body["credentials"]!.AsObject();
    }

    /// <summary>A service key has no application, and no annotations of one.</summary>
    public Task<Answer> TryBindAsync(string id, string binding, string? app, string? predecessor = null)
    {
        var body = new JsonObject { ["service_id"] = BrokerClient.ServiceId, ["plan_id"] = planId, ["bind_resource"] = new JsonObject(), ["context"] = Context(null) };
        if (app is not null)
        {
            body["app_guid"] = app;
            body["bind_resource"] = new JsonObject { ["app_guid"] = app, ["space_guid"] = "space-guid", ["app_annotations"] = new JsonObject() };
        }

        // No part of Cloud Controller's: other platforms rotate.
        if (predecessor is not null)
        {
            body["predecessor_binding_id"] = predecessor;
        }

        return SendAsync(HttpMethod.Put, $"{Binding(id, binding)}?accepts_incomplete=true", body);
    }

    public Task UnbindAsync(string id, string binding) => DeleteAsync(PlatformCall.Unbind, Binding(id, binding));

    public Task DeprovisionAsync(string id) => DeleteAsync(PlatformCall.Deprovision, Instance(id));

    /// <summary>C6: what may be there after a bad answer is deleted, and an accepted delete is not asked after.</summary>
    public async Task MitigateAsync(PlatformCall call, string path) => Takes(call, await SendDeleteAsync(path)).ShouldBeOneOf(Verdict.Done, Verdict.InProgress);

    public static Verdict Takes(PlatformCall call, Answer answer) => StrictAnswers.Of(call, answer.Status, answer.Text);

    public void Dispose() => _client.Dispose();

    private async Task DeleteAsync(PlatformCall call, string path) => await EndsAsync(call, await SendDeleteAsync(path), path);

    private Task<Answer> SendDeleteAsync(string path) => SendAsync(HttpMethod.Delete, $"{path}?accepts_incomplete=true&service_id={BrokerClient.ServiceId}&plan_id={planId}", null);

    private async Task EndsAsync(PlatformCall call, Answer answer, string path)
    {
        var verdict = Takes(call, answer);
        verdict.ShouldBeOneOf([Verdict.Done, Verdict.InProgress], $"{call}: {answer.Status} {answer.Text}");
        if (verdict == Verdict.InProgress)
        {
            await PollAsync(call is PlatformCall.Bind or PlatformCall.Unbind ? PlatformCall.LastBindingOperation : PlatformCall.LastOperation, path, answer.Operation);
            Polled++;
        }
    }

    /// <summary>C4, C7: whatever is no end goes on being polled, and so never ends; seconds in Retry-After, or they are none.</summary>
    private async Task PollAsync(PlatformCall call, string path, string? operation)
    {
        var query = $"service_id={BrokerClient.ServiceId}&plan_id={planId}{(operation is null ? "" : $"&operation={Uri.EscapeDataString(operation)}")}";
        var end = await Eventually.GetAsync(
            async () =>
            {
                var answer = await SendAsync(HttpMethod.Get, $"{path}/last_operation?{query}", null);
                (answer.Headers.RetryAfter is null or { Delta: not null }).ShouldBeTrue("Retry-After is no number");
                return Takes(call, answer);
            },
            verdict => verdict is not (Verdict.InProgress or Verdict.PollsOn),
            $"the operation at {path} ends",
            cancellationToken: TestContext.Current.CancellationToken);
        end.ShouldBe(Verdict.Done);
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, JsonObject? body)
    {
        var identity = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"user_id":"683ea748-3092-4ff4-b656-39cacc4d5360"}"""));
        var requestId = Guid.NewGuid().ToString();
        var answer = await _client.SendAsync(
            method, path, body, ("X-Broker-API-Originating-Identity", $"cloudfoundry {identity}"), ("X-Broker-API-Request-Identity", requestId), ("X-VCAP-Request-ID", Guid.NewGuid().ToString()),
            ("X-Api-Info-Location", "api.example.com/v2/info"), ("X-B3-TraceId", "4bf92f3577b34da6a3ce929d0e0e4736"), ("X-B3-SpanId", "00f067aa0ba902b7"));
        answer.Headers.GetValues("X-Broker-API-Request-Identity").ShouldBe([requestId]);
        return answer;
    }

    /// <summary>Of a binding it has no name.</summary>
    private static JsonObject Context(string? instanceName)
    {
        var context = new JsonObject
        {
            ["platform"] = "cloudfoundry",
            ["organization_guid"] = "org-guid",
            ["organization_name"] = "org",
            ["organization_annotations"] = new JsonObject(),
            ["space_guid"] = "space-guid",
            ["space_name"] = "space",
            ["space_annotations"] = new JsonObject { ["example.com/team"] = "a" },
        };
        if (instanceName is not null)
        {
            context["instance_name"] = instanceName;
            context["instance_annotations"] = new JsonObject();
        }

        return context;
    }

    private static BrokerClient New(string url)
    {
        var client = new BrokerClient(url, "platform", GatewayRun.Password, "2.15");
        client.Http.DefaultRequestHeaders.Add("Accept", "application/json");
        return client;
    }
}
