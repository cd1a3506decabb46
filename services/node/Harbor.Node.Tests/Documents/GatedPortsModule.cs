using Harbor.Hosting;
using Harbor.State.Documents;
using Harbor.State.Ports;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Node.Tests.Documents;

/// <summary>Puts gates before the stored ports of a node.</summary>
internal sealed class GatedPortsModule : IHarborModule
{
    public string Service => "gated-ports";

    public void AddServices(IHostApplicationBuilder builder)
    {
        var descriptor = builder.Services.Last(service => service.ServiceType == typeof(IDocuments<PortDocument>));
        builder.Services.AddSingleton(provider => new GatedDocuments<PortDocument>((IDocuments<PortDocument>)descriptor.ImplementationFactory!(provider)));
        builder.Services.AddSingleton<IDocuments<PortDocument>>(provider => provider.GetRequiredService<GatedDocuments<PortDocument>>());
    }

    public void AddBus(IBusRegistrationConfigurator bus)
    {
    }

    public void Map(WebApplication app)
    {
    }
}
