using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Harbor.Gateway.Tests.Running;

/// <summary>Speaks to the broker over HTTP, with nothing between the test and the wire but what every request needs.</summary>
internal sealed class BrokerClient : IDisposable
{
    public const string ServiceId = "1f0d3a52-6b7e-4a44-9d7b-8b3c6f1e2a90";
    public const string PlanId = "c4c6d7d8-0a43-4a39-8f5e-52ab4cb3d6b1";

    public BrokerClient(string url, string user, string password, string? version = "2.17")
    {
        // Not ASCII alone: what a broker must bear is also what no decent client sends.
        var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        Http = new HttpClient(handler) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(50) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        if (version is not null)
        {
            Http.DefaultRequestHeaders.Add("X-Broker-API-Version", version);
        }
    }

    public HttpClient Http { get; }

    public static JsonObject ProvisionBody(object? parameters = null, string planId = PlanId, string organization = "org-1") => With(
        new JsonObject { ["service_id"] = ServiceId, ["plan_id"] = planId, ["organization_guid"] = organization, ["space_guid"] = "space-1" }, parameters);

    public static JsonObject UpdateBody(object? parameters = null) => With(new JsonObject { ["service_id"] = ServiceId }, parameters);

    public static JsonObject BindBody(string? app = "app-1", string planId = PlanId)
    {
        var body = new JsonObject { ["service_id"] = ServiceId, ["plan_id"] = planId };
        if (app is not null)
        {
            body["bind_resource"] = new JsonObject { ["app_guid"] = app };
        }

        return body;
    }

    public Task<Answer> ProvisionAsync(string id, JsonNode? body = null, bool incomplete = false) => SendAsync(HttpMethod.Put, $"{Instance(id)}{Async(incomplete)}", body ?? ProvisionBody());

    public Task<Answer> UpdateAsync(string id, JsonNode body, bool incomplete = false) => SendAsync(HttpMethod.Patch, $"{Instance(id)}{Async(incomplete)}", body);

    public Task<Answer> FetchAsync(string id) => SendAsync(HttpMethod.Get, Instance(id));

    public Task<Answer> DeprovisionAsync(string id, bool incomplete = false, string planId = PlanId)
        => SendAsync(HttpMethod.Delete, $"{Instance(id)}?service_id={ServiceId}&plan_id={planId}{(incomplete ? "&accepts_incomplete=true" : "")}");

    public Task<Answer> LastOperationAsync(string id, string? operation = null)
        => SendAsync(HttpMethod.Get, $"{Instance(id)}/last_operation{(operation is null ? "" : $"?operation={Uri.EscapeDataString(operation)}")}");

    public Task<Answer> BindAsync(string id, string binding, JsonNode? body = null, bool incomplete = false)
        => SendAsync(HttpMethod.Put, $"{Binding(id, binding)}{Async(incomplete)}", body ?? BindBody());

    public Task<Answer> FetchBindingAsync(string id, string binding) => SendAsync(HttpMethod.Get, Binding(id, binding));

    public Task<Answer> UnbindAsync(string id, string binding, bool incomplete = false, string planId = PlanId)
        => SendAsync(HttpMethod.Delete, $"{Binding(id, binding)}?service_id={ServiceId}&plan_id={planId}{(incomplete ? "&accepts_incomplete=true" : "")}");

    public Task<Answer> LastBindingOperationAsync(string id, string binding, string? operation = null)
        => SendAsync(HttpMethod.Get, $"{Binding(id, binding)}/last_operation{(operation is null ? "" : $"?operation={Uri.EscapeDataString(operation)}")}");

    public Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
        => SendTextAsync(method, path, body?.ToJsonString(), "application/json", headers);

    public async Task<Answer> SendTextAsync(HttpMethod method, string path, string? body, string? contentType, params (string Name, string Value)[] headers)
    {
        // As it is written: the usual Uri would take dot segments out before they are sent.
        using var request = new HttpRequestMessage(method, new Uri($"{Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    public void Dispose() => Http.Dispose();

    public static string Instance(string id) => $"/v2/service_instances/{Uri.EscapeDataString(id)}";

    public static string Binding(string id, string binding) => $"{Instance(id)}/service_bindings/{Uri.EscapeDataString(binding)}";

    private static string Async(bool incomplete) => incomplete ? "?accepts_incomplete=true" : "";

    private static JsonObject With(JsonObject body, object? parameters)
    {
        if (parameters is not null)
        {
            body["parameters"] = parameters as JsonNode ?? System.Text.Json.JsonSerializer.SerializeToNode(parameters);
        }

        return body;
    }
}
