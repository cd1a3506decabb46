using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

/// <summary>The assertions that Harbor's reading of the Open Service Broker API 2.17 comes to, each tested over HTTP and named by its number.</summary>
public abstract class ChecklistTests(SharedGateway gateway)
{
    private protected GatewayRun Run => gateway.Run;

    private protected BrokerClient Broker => gateway.Run.Broker;

    protected static string NewId() => $"id-{Guid.NewGuid():N}";

    /// <summary>A new instance, with its port.</summary>
    private protected async Task<string> ProvisionedAsync(object? parameters = null, string planId = BrokerClient.PlanId)
    {
        var id = NewId();
        (await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(parameters, planId), incomplete: true)).Status.ShouldBeOneOf(201, 202);
        (await EndAsync(id)).ShouldBe("succeeded");
        return id;
    }

    /// <summary>An instance whose provision goes on until it is let go.</summary>
    private protected async Task<(string Id, string Operation)> ProvisioningAsync(object? parameters = null)
    {
        var id = NewId();
        Run.Edge.Stall(id);
        var answer = (await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(parameters), incomplete: true)).Is(202);
        return (id, answer.Operation!);
    }

    private protected async Task<(string Id, string Operation)> DeprovisioningAsync()
    {
        var id = await ProvisionedAsync();
        Run.Edge.Stall(id);
        var answer = (await Broker.DeprovisionAsync(id, incomplete: true)).Is(202);
        return (id, answer.Operation!);
    }

    private protected async Task<(string Id, string Operation)> UpdatingAsync(object parameters)
    {
        var id = await ProvisionedAsync();
        Run.Edge.Stall(id);
        var answer = (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(parameters), incomplete: true)).Is(202);
        return (id, answer.Operation!);
    }

    private protected async Task<(string Id, string Binding)> BoundAsync(string? app = "app-1")
    {
        var id = await ProvisionedAsync();
        var binding = NewId();
        (await Broker.BindAsync(id, binding, BrokerClient.BindBody(app))).Is(201);
        return (id, binding);
    }

    /// <summary>Lets a stalled operation go, and waits for its end.</summary>
    private protected async Task<string?> EndAsync(string id)
    {
        Run.Edge.Go(id);
        var answer = await Eventually.GetAsync(
            () => Broker.LastOperationAsync(id), seen => seen.State != "in progress", $"the operation of {id} ends", cancellationToken: TestContext.Current.CancellationToken);
        return answer.State;
    }

    private protected Task<ServiceInstanceDocument?> StoredAsync(string id)
        => Run.Documents<ServiceInstanceDocument>().GetAsync(id, TestContext.Current.CancellationToken).AsTask();

    private protected Task<BindingDocument?> StoredBindingAsync(string id)
        => Run.Documents<BindingDocument>().GetAsync(id, TestContext.Current.CancellationToken).AsTask();

    /// <summary>All that is stored of an instance, by versions: equal texts, and nothing was written.</summary>
    private protected async Task<string> StateOfAsync(string id)
    {
        var bindings = (await Run.AllAsync<BindingDocument>()).Where(binding => binding.ServiceInstanceId == id).Select(binding => $"{binding.Id} {binding.Version}").Order();
        var ports = (await Run.PortsAsync()).Where(port => port.ServiceInstanceId == id).Select(port => $"{port.Id} {port.Version}").Order();
        return $"{id} {(await StoredAsync(id))?.Version}; {string.Join(", ", bindings)}; {string.Join(", ", ports)}";
    }
}
