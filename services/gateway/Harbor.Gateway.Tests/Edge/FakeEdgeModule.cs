using Harbor.Gateway.Tests.Dependencies;
using Harbor.Hosting;
using Harbor.State;
using Harbor.State.Documents;
using Harbor.State.Services;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>Runs a <see cref="FakeEdge"/> beside the gateway, over the same store and bus.</summary>
internal sealed class FakeEdgeModule(FakeEdge edge, TimeProvider? time) : IHarborModule
{
    public string Service => "node";

    public void AddServices(IHostApplicationBuilder builder)
    {
        builder.AddHarborState();
        builder.Services.AddSingleton(edge);
        builder.Services.AddSingleton<IDocuments<ServiceInstanceDocument>>(
            provider => new HangingDocuments<ServiceInstanceDocument>(provider.GetRequiredService<IDocumentStore>().Open(ServiceDocuments.Instances)));
        builder.Services.AddSingleton<IDocuments<BindingDocument>>(
            provider => new HangingDocuments<BindingDocument>(provider.GetRequiredService<IDocumentStore>().Open(ServiceDocuments.Bindings)));
        builder.Services.AddSingleton<FakePorts>();
        builder.Services.AddHostedService<FakeWorker>();
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }
    }

    public void AddBus(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<FakeNode>();
        bus.AddConsumer<FakeEar>();
        bus.AddConsumer<FakeWorkerReports>();
    }

    public void Map(WebApplication app)
    {
    }
}
