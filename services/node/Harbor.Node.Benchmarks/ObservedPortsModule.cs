using Harbor.Hosting;
using Harbor.State.Documents;
using Harbor.State.Ports;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Node.Benchmarks;

/// <summary>Has the node write its ports through <see cref="ObservedDocuments{T}"/>.</summary>
internal sealed class ObservedPortsModule : IHarborModule
{
    public string Service => "observed-ports";

    public void AddServices(IHostApplicationBuilder builder)
    {
        var descriptor = builder.Services.Last(service => service.ServiceType == typeof(IDocuments<PortDocument>));
        builder.Services.AddSingleton(provider => new ObservedDocuments<PortDocument>((IDocuments<PortDocument>)descriptor.ImplementationFactory!(provider)));
        builder.Services.AddSingleton<IDocuments<PortDocument>>(provider => provider.GetRequiredService<ObservedDocuments<PortDocument>>());
    }

    public void AddBus(IBusRegistrationConfigurator bus)
    {
    }

    public void Map(WebApplication app)
    {
    }
}
