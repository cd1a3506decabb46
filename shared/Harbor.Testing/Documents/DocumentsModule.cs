using Harbor.Hosting;
using Harbor.State.Documents;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Testing.Documents;

/// <summary>Puts something of a test's before the stored documents of one kind: the services of the process work through it, and the test gets it by its type.</summary>
public sealed class DocumentsModule<TDocument, TDocuments>(Func<IDocuments<TDocument>, TDocuments> putBefore) : IHarborModule
    where TDocument : Document
    where TDocuments : class, IDocuments<TDocument>
{
    public string Service => "documents";

    public void AddServices(IHostApplicationBuilder builder)
    {
        var stored = builder.Services.Last(service => service.ServiceType == typeof(IDocuments<TDocument>));
        builder.Services.AddSingleton(provider => putBefore((IDocuments<TDocument>)stored.ImplementationFactory!(provider)));
        builder.Services.AddSingleton<IDocuments<TDocument>>(provider => provider.GetRequiredService<TDocuments>());
    }

    public void AddBus(IBusRegistrationConfigurator bus)
    {
    }

    public void Map(WebApplication app)
    {
    }
}
