using Harbor.Contracts.Workers;
using Harbor.State.Documents;
using Harbor.State.Ports;
using MassTransit;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>The worker's answers to what the bus asks of it.</summary>
internal sealed class FakeWorkerReports(FakeEdge edge, IDocuments<PortDocument> ports) : IConsumer<ReportPort>, IConsumer<RelistenPort>
{
    public Task Consume(ConsumeContext<RelistenPort> context)
    {
        edge.Received.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public async Task Consume(ConsumeContext<ReportPort> context)
    {
        edge.Received.Enqueue(context.Message);
        if (edge.WorkersAreDeaf)
        {
            return;
        }

        var message = context.Message;
        var port = await ports.GetAsync(PortDocument.IdOf(message.Pool, message.Port), context.CancellationToken);
        await context.Publish(
            port is { State: PortState.Active } && port.ServiceInstanceId == message.ServiceInstanceId && (message.Life ?? port.Life) >= port.Life
                ? FakeWorker.Say(edge, port)
                : new PortClosed { WorkerId = FakeWorker.IdIn(message.Pool), Pool = message.Pool, Port = message.Port, ServiceInstanceId = message.ServiceInstanceId, Life = message.Life },
            context.CancellationToken);
    }
}
