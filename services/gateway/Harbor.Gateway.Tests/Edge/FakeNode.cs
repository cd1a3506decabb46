using Harbor.Contracts.Allocation;
using Harbor.Contracts.Bindings;
using Harbor.State.Ports;
using MassTransit;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>The node's side of the bus.</summary>
internal sealed class FakeNode(FakeEdge edge, FakePorts ports)
    : IConsumer<AllocatePort>, IConsumer<ReleasePort>, IConsumer<ChangePortPolicy>, IConsumer<BindApp>, IConsumer<UnbindApp>
{
    public Task Consume(ConsumeContext<AllocatePort> context) => AnswerAsync(context, context.Message.ServiceInstanceId, () => ports.AllocateAsync(context.Message, context.CancellationToken));

    public Task Consume(ConsumeContext<ReleasePort> context)
        => AnswerAsync(context, context.Message.ServiceInstanceId, async () => await ports.ReleaseAsync(context.Message, context.CancellationToken));

    public Task Consume(ConsumeContext<ChangePortPolicy> context) => AnswerAsync(context, context.Message.ServiceInstanceId, async () =>
    {
        var message = context.Message;
        var changed = await ports.ChangeAsync(message.ServiceInstanceId, port => FakePorts.Follow(port, message.Policy, message.PolicyRevision), context.CancellationToken);
        return changed is null
            ? new PortNotHeld { OperationId = message.OperationId, ServiceInstanceId = message.ServiceInstanceId }
            : new PortPolicyChanged { OperationId = message.OperationId, ServiceInstanceId = message.ServiceInstanceId, PolicyRevision = changed.PolicyRevision };
    });

    public Task Consume(ConsumeContext<BindApp> context) => edge.BindingsAreLost ? Task.CompletedTask : AnswerAsync(context, context.Message.BindingId, async () =>
    {
        var message = context.Message;
        var changed = await ports.ChangeAsync(message.ServiceInstanceId, port => port.Life == message.Life ? Bind(port, message) : null, context.CancellationToken);
        return changed is null
            ? new BindAppRefused { BindingId = message.BindingId, ServiceInstanceId = message.ServiceInstanceId, Description = "The service instance holds no port." }
            : new AppBound { BindingId = message.BindingId, ServiceInstanceId = message.ServiceInstanceId, AppGuid = message.AppGuid, IntPort = 4100 };
    });

    public Task Consume(ConsumeContext<UnbindApp> context) => edge.BindingsAreLost ? Task.CompletedTask : AnswerAsync(context, context.Message.BindingId, async () =>
    {
        var message = context.Message;
        await ports.ChangeAsync(message.ServiceInstanceId, port => port.Life <= message.Life ? Unbind(port, message.BindingId) : null, context.CancellationToken);
        return new AppUnbound { BindingId = message.BindingId, ServiceInstanceId = message.ServiceInstanceId };
    });

    private async Task AnswerAsync<T>(ConsumeContext<T> context, string id, Func<Task<object>> work)
        where T : class
    {
        edge.Received.Enqueue(context.Message);
        if (edge.NodeIsDown || edge.Stalled.ContainsKey(id))
        {
            return;
        }

        var answer = await work();
        if (!edge.AnswersAreLost)
        {
            await context.RespondAsync(answer);
        }
    }

    private static PortDocument Bind(PortDocument port, BindApp message)
    {
        var known = port.Apps.FirstOrDefault(app => app.AppGuid == message.AppGuid);
        var app = known ?? new BoundApp { AppGuid = message.AppGuid, IntPort = 4100, BindingIds = [] };
        return port with
        {
            Apps = [.. port.Apps.Where(other => other.AppGuid != message.AppGuid), app with { BindingIds = [.. app.BindingIds.Append(message.BindingId).Distinct()] }],
        };
    }

    private static PortDocument Unbind(PortDocument port, string bindingId) => port with
    {
        Apps = [.. port.Apps.Select(app => app with { BindingIds = [.. app.BindingIds.Where(id => id != bindingId)] }).Where(app => app.BindingIds.Count > 0)],
    };
}
