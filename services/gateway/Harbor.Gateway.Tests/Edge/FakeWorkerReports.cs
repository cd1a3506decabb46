using Harbor.Contracts.Workers;
using Harbor.State.Documents;
using Harbor.State.Ports;
using MassTransit;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>The worker's answer to the question what it does with a port.</summary>
internal sealed class FakeWorkerReports(FakeEdge edge, IDocuments<PortDocument> ports) : IConsumer<ReportPort>
{
    public async Task Consume(ConsumeContext<ReportPort> context)
    {
        if (edge.WorkersAreDeaf)
        {
            return;
        }

        var message = context.Message;
        var port = await ports.GetAsync(PortDocument.IdOf(message.Pool, message.Port), context.CancellationToken);
        await context.Publish(
            port is not null && port.ServiceInstanceId == message.ServiceInstanceId
                ? FakeWorker.Say(edge, port)
                : new PortClosed { WorkerId = FakeWorker.IdIn(message.Pool), Pool = message.Pool, Port = message.Port, ServiceInstanceId = message.ServiceInstanceId },
            context.CancellationToken);
    }
}
