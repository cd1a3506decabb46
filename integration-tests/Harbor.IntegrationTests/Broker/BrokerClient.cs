using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harbor.Contracts.Credentials;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Broker;

/// <summary>A platform: talks to the service broker over HTTP as Cloud Controller does.</summary>
internal sealed class BrokerClient : IDisposable
{
    public const string ServiceId = "1f0d3a52-6b7e-4a44-9d7b-8b3c6f1e2a90";
    public const string PlanId = "c4c6d7d8-0a43-4a39-8f5e-52ab4cb3d6b1";

    private readonly HttpClient _http;

    public BrokerClient(string url, string user = "harbor", string password = "harbor")
    {
        _http = new HttpClient { BaseAddress = new Uri(url) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        _http.DefaultRequestHeaders.Add("X-Broker-API-Version", "2.17");
    }

    public HttpClient Http => _http;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    /// <summary>A service instance, synchronously; its answer as it came.</summary>
    public Task<HttpResponseMessage> ProvisionAsync(string instanceId, object? parameters = null) => PutAsync(instanceId, "", parameters);

    /// <summary>The same with a query, which is what a platform says of how long it waits.</summary>
    public Task<HttpResponseMessage> PutAsync(string instanceId, string query, object? parameters = null)
        => _http.PutAsJsonAsync($"/v2/service_instances/{instanceId}{query}", InstanceBody(parameters), Cancelled);

    /// <summary>A service instance that must come to be.</summary>
    public async Task ProvisionedAsync(string instanceId, object? parameters = null)
    {
        using var answer = await ProvisionAsync(instanceId, parameters);
        await ExpectAsync(answer, HttpStatusCode.Created);
    }

    /// <summary>Asks for it as platforms do that can wait, and waits.</summary>
    public async Task ProvisionedInItsTimeAsync(string instanceId, object? parameters = null)
    {
        using var answer = await PutAsync(instanceId, "?accepts_incomplete=true", parameters);
        if (answer.StatusCode is HttpStatusCode.Accepted)
        {
            await OperationEndsAsync(instanceId);
            return;
        }

        await ExpectAsync(answer, HttpStatusCode.Created);
    }

    public async Task OperationEndsAsync(string instanceId)
    {
        var end = await Eventually.GetAsync(
            () => _http.GetFromJsonAsync<JsonObject>($"/v2/service_instances/{instanceId}/last_operation?service_id={ServiceId}&plan_id={PlanId}", Cancelled),
            operation => (string?)operation!["state"] is "succeeded" or "failed",
            $"the end of the operation on {instanceId}",
            cancellationToken: Cancelled);
        ((string?)end!["state"]).ShouldBe("succeeded", end.ToJsonString());
    }

    public Task<HttpResponseMessage> FetchAsync(string instanceId) => _http.GetAsync($"/v2/service_instances/{instanceId}", Cancelled);

    /// <summary>A binding; its answer as it came.</summary>
    public Task<HttpResponseMessage> BindAsync(string instanceId, string bindingId, string? appGuid)
        => _http.PutAsJsonAsync(BindingPath(instanceId, bindingId), BindingBody(appGuid), Cancelled);

    public async Task<JsonObject> BoundAsync(string instanceId, string bindingId, string? appGuid)
    {
        using var answer = await BindAsync(instanceId, bindingId, appGuid);
        await ExpectAsync(answer, HttpStatusCode.Created);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!;
    }

    /// <summary>Provisions, binds, and gives the credentials.</summary>
    public async Task<PortCredentials> PortForAsync(string instanceId, string appGuid, object? parameters = null)
    {
        await ProvisionedAsync(instanceId, parameters);
        return CredentialsOf(await BoundAsync(instanceId, $"{instanceId}-binding", appGuid));
    }

    public async Task<PortCredentials> FetchBindingAsync(string instanceId, string bindingId)
    {
        using var answer = await _http.GetAsync(BindingPath(instanceId, bindingId), Cancelled);
        await ExpectAsync(answer, HttpStatusCode.OK);
        return CredentialsOf((await answer.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!);
    }

    public async Task UnboundAsync(string instanceId, string bindingId)
    {
        using var answer = await _http.DeleteAsync($"{BindingPath(instanceId, bindingId)}?service_id={ServiceId}&plan_id={PlanId}", Cancelled);
        await ExpectAsync(answer, HttpStatusCode.OK);
    }

    public async Task UpdatedAsync(string instanceId, object parameters)
    {
        var body = new JsonObject { ["service_id"] = ServiceId, ["parameters"] = JsonSerializer.SerializeToNode(parameters) };
        using var answer = await _http.PatchAsJsonAsync($"/v2/service_instances/{instanceId}", body, Cancelled);
        await ExpectAsync(answer, HttpStatusCode.OK);
    }

    public async Task DeprovisionedAsync(string instanceId)
    {
        using var answer = await _http.DeleteAsync($"/v2/service_instances/{instanceId}?service_id={ServiceId}&plan_id={PlanId}", Cancelled);
        await ExpectAsync(answer, HttpStatusCode.OK);
    }

    public static PortCredentials CredentialsOf(JsonObject binding) => binding["credentials"].Deserialize<PortCredentials>().ShouldNotBeNull();

    /// <summary>What a provision sends.</summary>
    public static JsonObject InstanceBody(object? parameters = null)
    {
        var body = new JsonObject { ["service_id"] = ServiceId, ["plan_id"] = PlanId, ["organization_guid"] = "org-1", ["space_guid"] = "space-1" };
        if (parameters is not null)
        {
            body["parameters"] = JsonSerializer.SerializeToNode(parameters);
        }

        return body;
    }

    public static JsonObject BindingBody(string? appGuid)
    {
        var body = new JsonObject { ["service_id"] = ServiceId, ["plan_id"] = PlanId };
        if (appGuid is not null)
        {
            body["bind_resource"] = new JsonObject { ["app_guid"] = appGuid };
        }

        return body;
    }

    private static string BindingPath(string instanceId, string bindingId) => $"/v2/service_instances/{instanceId}/service_bindings/{bindingId}";

    private static async Task ExpectAsync(HttpResponseMessage answer, HttpStatusCode expected)
        => answer.StatusCode.ShouldBe(expected, $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri}: {await answer.Content.ReadAsStringAsync(Cancelled)}");
}
