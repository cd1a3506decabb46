using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Provisioning;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Sagas;
using Harbor.State.Services;
using Harbor.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Gateway.Tests.Interleavings;

/// <summary>One history on a gateway of its own, and what must hold after it.</summary>
internal sealed class History(IReadOnlyDictionary<string, string?> settings)
{
    private readonly List<Task> _requests = [];
    private readonly Told[] _told = [.. Enumerable.Range(0, Subjects).Select(subject => new Told(IdOf(subject), BindingOf(subject)))];

    /// <summary>Instances, each with a binding.</summary>
    public const int Subjects = 4;

    public async Task RunAsync((Act Act, int Subject, int Pick)[] steps)
    {
        await using var run = await GatewayRun.StartAsync(settings);
        foreach (var (act, subject, pick) in steps)
        {
            await DoAsync(run, act, subject, pick);
            await Invariants.HoldAsync(run);
        }

        await HealAsync(run);
        await CheckAsync(run);
        foreach (var told in _told)
        {
            await told.HoldAsync(run);
        }
    }

    private static string IdOf(int subject) => $"instance-{subject}";

    private static string BindingOf(int subject) => $"instance-{subject}-binding-{subject}";

    private async Task DoAsync(GatewayRun run, Act act, int subject, int pick)
    {
        var (broker, edge) = (run.Broker, run.Edge);
        var (id, binding, hold) = (IdOf(subject), BindingOf(subject), pick % 60);
        void Send(Func<Task<Answer>> request) => this.Send(() => _told[subject].RequestAsync(act, hold, request));
        switch (act)
        {
            case Act.Provision or Act.ProvisionLater:
                Send(() => broker.ProvisionAsync(id, incomplete: act == Act.ProvisionLater));
                break;
            case Act.Deprovision or Act.DeprovisionLater:
                Send(() => broker.DeprovisionAsync(id, incomplete: act == Act.DeprovisionLater));
                break;
            case Act.Update:
                Send(() => broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = hold }), incomplete: true));
                break;
            case Act.Bind or Act.BindLater:
                Send(() => broker.BindAsync(id, binding, incomplete: act == Act.BindLater));
                break;
            case Act.Unbind or Act.UnbindLater:
                Send(() => broker.UnbindAsync(id, binding, incomplete: act == Act.UnbindLater));
                break;
            case Act.NodeDown or Act.NodeUp:
                edge.NodeIsDown = act == Act.NodeDown;
                break;
            case Act.LoseAnswers or Act.KeepAnswers:
                edge.AnswersAreLost = act == Act.LoseAnswers;
                break;
            case Act.SilenceWorkers or Act.HearWorkers:
                edge.WorkersAreSilent = act == Act.SilenceWorkers;
                break;
            case Act.Stall:
                edge.Stall(id);
                edge.Stall(binding);
                break;
            case Act.Go:
                edge.Go(id);
                edge.Go(binding);
                break;
            case Act.Repeat when edge.Received.Concat(edge.Heard).ToList() is { Count: > 0 } said:
                var again = said[pick * said.Count / 100];
                await run.Services.GetRequiredService<IBus>().Publish(again, again.GetType(), TestContext.Current.CancellationToken);
                break;
            case Act.TimeOut:
                await Invariants.DeadlinesPassAsync(run);
                break;
            case Act.Await:
                await Task.WhenAll(_requests);
                _requests.Clear();
                break;
            case Act.Crash:
                await run.RestartAsync();
                break;
        }
    }

    /// <summary>Never 500, whatever happens; a gateway that dies cuts the connection.</summary>
    private void Send(Func<Task> request)
    {
        _requests.Add(SendAsync());

        async Task SendAsync()
        {
            try
            {
                await request();
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                // The gateway was ended under the request.
            }
        }
    }

    private async Task HealAsync(GatewayRun run)
    {
        (run.Edge.NodeIsDown, run.Edge.AnswersAreLost, run.Edge.WorkersAreSilent) = (false, false, false);
        run.Edge.Stalled.Clear();
        await Task.WhenAll(_requests);
        await Eventually.TrueAsync(
            async () => (await run.AllAsync<ServiceInstanceDocument>()).All(instance => instance.Operation.State != OperationState.InProgress)
                && (await run.AllAsync<BindingDocument>()).All(binding => binding.State is BindingState.Active or BindingState.Removed)
                && (await run.AllAsync<SagaDocument<ProvisionPortState>>()).Count == 0
                && (await run.AllAsync<SagaDocument<ReleasePortState>>()).Count == 0,
            "everything ends",
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private static async Task CheckAsync(GatewayRun run)
    {
        // What a message that came again did last is found and put right by the sweep.
        await Eventually.GetAsync(() => FaultOfAsync(run), fault => fault is null, "every port has its one owner", TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        foreach (var instance in await run.AllAsync<ServiceInstanceDocument>())
        {
            (await run.Broker.FetchAsync(instance.Id)).Is(instance.State == ServiceInstanceState.Active ? 200 : 404);
            (await run.Broker.LastOperationAsync(instance.Id, instance.Operation.Id)).State.ShouldBe(instance.Operation.State == OperationState.Succeeded ? "succeeded" : "failed");
        }
    }

    private static async Task<string?> FaultOfAsync(GatewayRun run)
    {
        // An instance whose delete ran into its deadline keeps what it has until the delete is repeated, as the platform was told: nothing is asked of it here.
        var all = await run.AllAsync<ServiceInstanceDocument>();
        var halfDeleted = all.Where(instance => instance.State == ServiceInstanceState.Deprovisioning).Select(instance => instance.Id).ToHashSet();
        var ports = (await run.PortsAsync()).Where(port => port.State == PortState.Active && !halfDeleted.Contains(port.ServiceInstanceId)).ToList();
        var instances = all.Where(instance => instance.State == ServiceInstanceState.Active).ToList();
        var bindings = (await run.AllAsync<BindingDocument>()).Where(binding => binding.State == BindingState.Active && !halfDeleted.Contains(binding.ServiceInstanceId)).ToList();
        var owners = ports.Select(port => $"{port.ServiceInstanceId}:{port.Port}").Order();
        var owned = instances.Select(instance => $"{instance.Id}:{instance.Port}").Order();
        var bound = ports.SelectMany(port => port.Apps).SelectMany(app => app.BindingIds).Order();
        var policies = instances.Where(instance => ports.SingleOrDefault(port => port.ServiceInstanceId == instance.Id)?.Policy.HoldSeconds != (instance.Parameters.HoldSeconds ?? 0));
        return !owners.SequenceEqual(owned) ? $"ports {string.Join(' ', owners)} against instances {string.Join(' ', all.Select(instance => $"{instance.Id}:{instance.Port} {instance.State}").Order())}"
            : !bound.SequenceEqual(bindings.Select(binding => binding.Id).Order()) ? $"bindings of the ports {string.Join(' ', bound)} against {string.Join(' ', bindings.Select(binding => binding.Id).Order())}"
            : policies.Any() ? $"policies of {string.Join(' ', policies.Select(instance => $"{instance.Id}, {instance.Operation.Kind} {instance.Operation.State}"))}"
            : null;
    }
}
