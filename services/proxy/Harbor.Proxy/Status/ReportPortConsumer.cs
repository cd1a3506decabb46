using Harbor.Contracts.Workers;
using Harbor.Proxy.Routing;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Status;

/// <summary>Answers what the worker does with a port at this moment.</summary>
internal sealed class ReportPortConsumer(PortRoutes routes, PortReports reports, WorkerName name, IOptions<ProxyOptions> options) : IConsumer<ReportPort>
{
    public Task Consume(ConsumeContext<ReportPort> context)
    {
        var asked = context.Message;
        if (asked.Pool != options.Value.Pool || !name.IsOurs)
        {
            return Task.CompletedTask;
        }

        var serving = routes.Find(asked.Port);
        object answer = serving switch
        {
            { Status: PortStatus.Open } when serving.IsFor(asked.ServiceInstanceId) => reports.OpenedMessage(asked.ServiceInstanceId, asked.Port),
            { Refusal: { } refusal } when serving.IsFor(asked.ServiceInstanceId) => reports.RefusedMessage(asked.ServiceInstanceId, refusal),
            _ => reports.ClosedMessage(asked.ServiceInstanceId, asked.Port),
        };
        return context.Publish(answer, answer.GetType(), context.CancellationToken);
    }
}
