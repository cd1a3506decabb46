using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Harbor.LoadTests.Loads;

namespace Harbor.LoadTests.Platforms;

/// <summary>
/// A platform that uses the service broker over HTTP as Cloud Controller does: it always allows an asynchronous answer, polls where it gets one, and
/// takes nothing but the answers that mean success.
/// </summary>
internal sealed class Platform : IDisposable
{
    private const string ServiceId = "1f0d3a52-6b7e-4a44-9d7b-8b3c6f1e2a90";
    private const string PlanId = "c4c6d7d8-0a43-4a39-8f5e-52ab4cb3d6b1";
    private const string DeleteIds = $"service_id={ServiceId}&plan_id={PlanId}&accepts_incomplete=true";

    /// <summary>Far below Cloud Controller's minute: what is measured is the broker's end, not the platform's patience.</summary>
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private int _postponed;

    public Platform(string url)
    {
        _http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("harbor:harbor"u8));
        _http.DefaultRequestHeaders.Add("X-Broker-API-Version", "2.15");
        _http.DefaultRequestHeaders.Add("X-Broker-API-Originating-Identity", $"cloudfoundry {Convert.ToBase64String("""{"user_id":"load"}"""u8)}");
    }

    /// <summary>Operations that were answered with 202 and polled.</summary>
    public int Postponed => _postponed;

    public void Dispose() => _http.Dispose();

    /// <summary>A service instance, made when this returns.</summary>
    public async Task ProvisionAsync(string instanceId, string organization, CancellationToken cancellationToken)
    {
        var body = $$$"""
            {"service_id":"{{{ServiceId}}}","plan_id":"{{{PlanId}}}","organization_guid":"{{{organization}}}","space_guid":"space",
             "context":{"platform":"cloudfoundry","organization_guid":"{{{organization}}}","space_guid":"space","instance_name":"{{{instanceId}}}"}}
            """;
        var (status, answer) = await SendAsync(HttpMethod.Put, $"/v2/service_instances/{instanceId}?accepts_incomplete=true", body, cancellationToken);
        await EndAsync(status, answer, HttpStatusCode.Created, $"/v2/service_instances/{instanceId}", cancellationToken);
    }

    /// <summary>A binding of an application: its external port, as the credentials name it.</summary>
    public async Task<int> BindAsync(string instanceId, string bindingId, string appGuid, CancellationToken cancellationToken)
    {
        var body = $$$"""{"service_id":"{{{ServiceId}}}","plan_id":"{{{PlanId}}}","bind_resource":{"app_guid":"{{{appGuid}}}"}}""";
        var path = $"/v2/service_instances/{instanceId}/service_bindings/{bindingId}";
        var (status, answer) = await SendAsync(HttpMethod.Put, $"{path}?accepts_incomplete=true", body, cancellationToken);
        if (status == HttpStatusCode.Accepted)
        {
            await EndAsync(status, answer, HttpStatusCode.Created, path, cancellationToken);
            (status, answer) = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        }

        return status is HttpStatusCode.Created or HttpStatusCode.OK && (int?)answer["credentials"]?["port"] is { } port
            ? port
            : throw new LoadFailedException($"PUT {path}: {(int)status} {answer.ToJsonString()}");
    }

    public async Task UnbindAsync(string instanceId, string bindingId, CancellationToken cancellationToken)
    {
        var path = $"/v2/service_instances/{instanceId}/service_bindings/{bindingId}";
        var (status, answer) = await SendAsync(HttpMethod.Delete, $"{path}?{DeleteIds}", null, cancellationToken);
        await EndAsync(status, answer, HttpStatusCode.OK, path, cancellationToken);
    }

    public async Task DeprovisionAsync(string instanceId, CancellationToken cancellationToken)
    {
        var path = $"/v2/service_instances/{instanceId}";
        var (status, answer) = await SendAsync(HttpMethod.Delete, $"{path}?{DeleteIds}", null, cancellationToken);
        await EndAsync(status, answer, HttpStatusCode.OK, path, cancellationToken);
    }

    private async Task EndAsync(HttpStatusCode status, JsonObject answer, HttpStatusCode success, string path, CancellationToken cancellationToken)
    {
        if (status == success)
        {
            return;
        }

        if (status != HttpStatusCode.Accepted)
        {
            throw new LoadFailedException($"{path}: {(int)status} {answer.ToJsonString()}");
        }

        Interlocked.Increment(ref _postponed);
        var operation = (string?)answer["operation"];
        while (true)
        {
            await Task.Delay(_pollInterval, TimeProvider.System, cancellationToken);
            var (polled, state) = await SendAsync(HttpMethod.Get, $"{path}/last_operation?operation={operation}", null, cancellationToken);
            switch ((polled, (string?)state["state"]))
            {
                case (HttpStatusCode.OK, "succeeded"):
                    return;
                case (HttpStatusCode.OK, "in progress"):
                    break;
                default:
                    throw new LoadFailedException($"{path}: operation {operation} ended {(int)polled} {state.ToJsonString()}");
            }
        }
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await _http.SendAsync(request, cancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return (answer.StatusCode, JsonNode.Parse(bytes) as JsonObject ?? throw new LoadFailedException($"{method} {path}: the body of {(int)answer.StatusCode} is no JSON object."));
    }
}
