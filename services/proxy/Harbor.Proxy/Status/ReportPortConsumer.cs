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
        // A worker that still serves an earlier life has not closed the port, and will say so itself when it has.
        var isServed = serving.IsForNoLaterThan(asked.ServiceInstanceId, asked.Life);
        object answer = serving switch
        {
            { Status: PortStatus.Open } when isServed => reports.OpenedMessage(asked.ServiceInstanceId, serving.Life, asked.Port),
            { Refusal: { } refusal } when isServed => reports.RefusedMessage(asked.ServiceInstanceId, serving.Life, refusal),
            _ => reports.ClosedMessage(asked.ServiceInstanceId, asked.Life, asked.Port),
        };
        return context.Publish(answer, answer.GetType(), context.CancellationToken);
    }
}
