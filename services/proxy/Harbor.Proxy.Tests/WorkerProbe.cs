using Harbor.Contracts.Workers;
using Harbor.Hosting;
using Harbor.Proxy.DataPlane;
using Harbor.Proxy.Status;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.Tests;

/// <summary>Stands beside a worker in its process: puts the fake engine in, and hears what the worker says on the bus.</summary>
internal sealed class WorkerProbe(Action<FakeRelayEngine> onCreated) : IHarborModule, IConsumer<PortOpened>, IConsumer<PortRefused>, IConsumer<PortClosed>, IConsumer<PortStillUsed>
{
    public string Service => "probe";

    public EventLog<object> Said { get; } = new();

    /// <summary>What the lease logs.</summary>
    public LeaseLog Lease { get; } = new();

    public void AddServices(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<ILogger<WorkerLease>>(Lease);
        builder.Services.AddSingleton<Func<RelayOptions, IRelayEngine>>(options =>
        {
            var engine = new FakeRelayEngine(options);
            onCreated(engine);
            return engine;
        });
    }

    public void AddBus(IBusRegistrationConfigurator bus) => bus.AddConsumer<WorkerProbe>();

    public void Map(WebApplication app)
    {
    }

    public Task Consume(ConsumeContext<PortOpened> context) => Hear(context.Message);

    public Task Consume(ConsumeContext<PortRefused> context) => Hear(context.Message);

    public Task Consume(ConsumeContext<PortClosed> context) => Hear(context.Message);

    public Task Consume(ConsumeContext<PortStillUsed> context) => Hear(context.Message);

    private Task Hear(object message)
    {
        Said.Add(message);
        return Task.CompletedTask;
    }
}
