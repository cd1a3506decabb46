using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Harbor.IntegrationTests.Broker;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>
/// An operation that is brought to a point, and stays there: whoever it waits for is frozen, or does its work and cannot speak. Nothing in the product knows of
/// this; that the point is reached is read from the store.
/// </summary>
internal sealed class HaltedOperation(Cluster cluster) : IDisposable
{
    private readonly string _instance = Guid.NewGuid().ToString();
    private readonly string _binding = Guid.NewGuid().ToString();
    private Socket? _holder;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private HttpClient Http => cluster.Broker.Http;

    private string Instance => $"/v2/service_instances/{_instance}";

    private string Binding => $"{Instance}/service_bindings/{_binding}";

    private static string Ids => $"service_id={BrokerClient.ServiceId}&plan_id={BrokerClient.PlanId}";

    public Task ReachAsync(SagaPoint point) => point switch
    {
        SagaPoint.Allocating or SagaPoint.Allocated => ProvisioningAsync(point),
        SagaPoint.Opening => OpeningAsync(),
        SagaPoint.Compensating or SagaPoint.Compensated => CompensatingAsync(point),
        SagaPoint.Releasing or SagaPoint.Released or SagaPoint.Closing => DeprovisioningAsync(point),
        SagaPoint.Updating or SagaPoint.Updated => UpdatingAsync(point),
        SagaPoint.Binding or SagaPoint.Bound => BindingAsync(point),
        _ => UnbindingAsync(point),
    };

    /// <summary>Lets everybody work and speak again who is still there.</summary>
    /// <param name="lost">What the node could not say is lost with it.</param>
    public async Task ResumeAsync(bool lost)
    {
        if (lost)
        {
            await cluster.NodeLink.CutAsync();
        }

        cluster.NodeLink.Restore();
        foreach (var process in cluster.All.Where(process => !process.Process.HasExited))
        {
            process.Process.Continue();
        }
    }

    /// <summary>The operation ends, as the platform sees it, and in the way that is right for it.</summary>
    public async Task EndsAsync(SagaPoint point)
    {
        var polled = point is SagaPoint.Binding or SagaPoint.Bound or SagaPoint.Unbinding or SagaPoint.Unbound ? Binding : Instance;
        var fails = point is SagaPoint.Compensating or SagaPoint.Compensated;
        var end = await Eventually.GetAsync(
            () => Http.GetFromJsonAsync<JsonObject>($"{polled}/last_operation?{Ids}", Cancelled), answer => (string?)answer!["state"] is "succeeded" or "failed", "the operation ends", cancellationToken: Cancelled);
        ((string?)end!["state"]).ShouldBe(fails ? "failed" : "succeeded", end.ToJsonString());
        await cluster.State.NothingUnownedAsync();
        var port = await cluster.State.PortOfAsync(_instance);
        switch (point)
        {
            case SagaPoint.Compensating or SagaPoint.Compensated or SagaPoint.Releasing or SagaPoint.Released or SagaPoint.Closing:
                port.ShouldBeNull();
                return;
            case SagaPoint.Updating or SagaPoint.Updated:
                port.ShouldNotBeNull().Policy.HoldSeconds.ShouldBe(9);
                break;
            case SagaPoint.Binding or SagaPoint.Bound:
                port.ShouldNotBeNull().Apps.ShouldHaveSingleItem().BindingIds.ShouldBe([_binding]);
                break;
            default:
                port.ShouldNotBeNull().Apps.ShouldBeEmpty();
                break;
        }

        await cluster.Broker.DeprovisionedAsync(_instance);
        await cluster.State.NothingUnownedAsync();
    }

    public void Dispose() => _holder?.Dispose();

    private async Task ProvisioningAsync(SagaPoint point)
    {
        Halt(done: point == SagaPoint.Allocated);
        await AcceptedAsync(HttpMethod.Put, Instance, BrokerClient.InstanceBody());
        await cluster.State.InStateAsync(_instance, "Allocating");
        await DoneAsync(point == SagaPoint.Allocated, port => port is not null);
        (await cluster.State.SagaStateAsync(_instance)).ShouldBe("Allocating");
    }

    private async Task OpeningAsync()
    {
        cluster.Workers[1].Process.Freeze();
        await AcceptedAsync(HttpMethod.Put, Instance, BrokerClient.InstanceBody());
        await cluster.State.InStateAsync(_instance, "Opening");
    }

    /// <summary>One worker cannot open the port, and says so when the node can no longer be told to take it back, or not say that it has.</summary>
    private async Task CompensatingAsync(SagaPoint point)
    {
        var port = await cluster.State.FreePortAsync(cluster.Range.First, cluster.Range.Last);
        _holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _holder.Bind(new IPEndPoint(Cluster.WorkerAddresses[1], port));
        _holder.Listen();
        cluster.Workers[1].Process.Freeze();
        await AcceptedAsync(HttpMethod.Put, Instance, BrokerClient.InstanceBody(new { port }));
        await cluster.State.InStateAsync(_instance, "Opening");
        Halt(done: point == SagaPoint.Compensated);
        cluster.Workers[1].Process.Continue();
        await cluster.State.InStateAsync(_instance, "Compensating");
        await DoneAsync(point == SagaPoint.Compensated, held => held is null);
        (await cluster.State.SagaStateAsync(_instance)).ShouldBe("Compensating");
    }

    private async Task DeprovisioningAsync(SagaPoint point)
    {
        await cluster.Broker.ProvisionedInItsTimeAsync(_instance);
        await cluster.Broker.BoundAsync(_instance, _binding, "mud");
        if (point == SagaPoint.Closing)
        {
            cluster.Workers[1].Process.Freeze();
        }
        else
        {
            Halt(done: point == SagaPoint.Released);
        }

        await AcceptedAsync(HttpMethod.Delete, $"{Instance}?{Ids}", null);
        var state = point == SagaPoint.Closing ? "Closing" : "Releasing";
        await cluster.State.InStateAsync(_instance, state);
        await DoneAsync(point == SagaPoint.Released, port => port is null);
        (await cluster.State.SagaStateAsync(_instance)).ShouldBe(state);
    }

    private async Task UpdatingAsync(SagaPoint point)
    {
        await cluster.Broker.ProvisionedInItsTimeAsync(_instance);
        Halt(done: point == SagaPoint.Updated);
        await AcceptedAsync(HttpMethod.Patch, Instance, new JsonObject { ["service_id"] = BrokerClient.ServiceId, ["parameters"] = new JsonObject { ["hold_seconds"] = 9 } });
        await DoneAsync(point == SagaPoint.Updated, port => port!.Policy.HoldSeconds == 9);
        (await cluster.State.InstanceAsync(_instance))!.Operation.State.ShouldBe(OperationState.InProgress);
    }

    private async Task BindingAsync(SagaPoint point)
    {
        await cluster.Broker.ProvisionedInItsTimeAsync(_instance);
        Halt(done: point == SagaPoint.Bound);
        await AcceptedAsync(HttpMethod.Put, Binding, BrokerClient.BindingBody("mud"));
        await DoneAsync(point == SagaPoint.Bound, port => port!.Apps.Count == 1);
        (await cluster.State.BindingAsync(_binding))!.State.ShouldBe(BindingState.Creating);
    }

    private async Task UnbindingAsync(SagaPoint point)
    {
        await cluster.Broker.ProvisionedInItsTimeAsync(_instance);
        await cluster.Broker.BoundAsync(_instance, _binding, "mud");
        Halt(done: point == SagaPoint.Unbound);
        await AcceptedAsync(HttpMethod.Delete, $"{Binding}?{Ids}", null);
        await DoneAsync(point == SagaPoint.Unbound, port => port!.Apps.Count == 0);
        (await cluster.State.BindingAsync(_binding))!.State.ShouldBe(BindingState.Removing);
    }

    private void Halt(bool done)
    {
        if (done)
        {
            cluster.NodeLink.PauseSending();
        }
        else
        {
            cluster.Node.Process.Freeze();
        }
    }

    private async Task DoneAsync(bool done, Func<PortDocument?, bool> condition)
    {
        if (done)
        {
            await Eventually.GetAsync(() => cluster.State.PortOfAsync(_instance), condition, "the node has done it", cancellationToken: Cancelled);
        }
    }

    private async Task AcceptedAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? "&" : "?")}accepts_incomplete=true")
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var answer = await Http.SendAsync(request, Cancelled);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancelled));
    }
}
