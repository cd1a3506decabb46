using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

/// <summary>A request that the broker serves if nothing else is wrong with it.</summary>
/// <param name="Success">The status that says that it was served.</param>
internal sealed record Call(HttpMethod Method, string Path, JsonObject? Body, int Success)
{
    /// <summary>The ten operations, in the order of a life: each succeeds if those before it did.</summary>
    public static IReadOnlyList<Call> Life(string id, string binding)
    {
        var (instance, bound) = (BrokerClient.Instance(id), BrokerClient.Binding(id, binding));
        const string Query = $"?service_id={BrokerClient.ServiceId}&plan_id={BrokerClient.PlanId}";
        return
        [
            new(HttpMethod.Get, "/v2/catalog", null, 200),
            new(HttpMethod.Put, instance, BrokerClient.ProvisionBody(), 201),
            new(HttpMethod.Get, $"{instance}/last_operation", null, 200),
            new(HttpMethod.Get, instance, null, 200),
            new(HttpMethod.Patch, instance, BrokerClient.UpdateBody(new { hold_seconds = 2 }), 200),
            new(HttpMethod.Put, bound, BrokerClient.BindBody(), 201),
            new(HttpMethod.Get, $"{bound}/last_operation", null, 200),
            new(HttpMethod.Get, bound, null, 200),
            new(HttpMethod.Delete, bound + Query, null, 200),
            new(HttpMethod.Delete, instance + Query, null, 200),
        ];
    }

    /// <summary>Those, and what is under <c>/v2</c> and no operation.</summary>
    public static IReadOnlyList<Call> Everything(string id, string binding) =>
    [
        .. Life(id, binding),
        new(HttpMethod.Get, "/v2", null, 404),
        new(HttpMethod.Get, "/v2/nothing_of_this_name", null, 404),
        new(HttpMethod.Put, $"{BrokerClient.Instance(id)}/service_bindings", BrokerClient.BindBody(), 404),
        new(HttpMethod.Post, "/v2/catalog", [], 405),
        new(HttpMethod.Post, BrokerClient.Instance(id), BrokerClient.ProvisionBody(), 405),
    ];

    public Task<Answer> SendAsync(BrokerClient client, params (string Name, string Value)[] headers) => client.SendAsync(Method, Path, Body, headers);

    public override string ToString() => $"{Method} {Path}";
}
