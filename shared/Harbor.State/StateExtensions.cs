using Harbor.State.Configuration;
using Harbor.State.Documents;
using Harbor.State.Health;
using Harbor.State.Mongo;
using Harbor.State.Services;
using Harbor.State.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harbor.State;

/// <summary>Gives a process its state.</summary>
public static class StateExtensions
{
    /// <summary>
    /// Registers <see cref="IDocumentStore"/> as <c>Harbor:State</c> says, <see cref="IDocuments{T}"/> for every kind in
    /// <see cref="DocumentTypes"/> and <see cref="ServiceDocuments"/>, and the health check <c>state</c>, whose tag has the process wait for it at start. Calling it again does nothing.
    /// </summary>
    public static IHostApplicationBuilder AddHarborState(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(IDocumentStore)))
        {
            return builder;
        }

        services.AddOptions<StateOptions>().Bind(builder.Configuration.GetSection(StateOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StateOptions>, StateOptionsValidator>();
        services.AddSingleton<IPostConfigureOptions<StateOptions>, StateOptionsDefaults>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(Create);
        services.AddHealthChecks().AddCheck<StateHealthCheck>("state", tags: ["ready", "dependency"]);

        services.AddDocuments(DocumentTypes.Ports);
        services.AddDocuments(DocumentTypes.Apps);
        services.AddDocuments(DocumentTypes.Pools);
        services.AddDocuments(DocumentTypes.Workers);
        services.AddDocuments(ServiceDocuments.Instances);
        services.AddDocuments(ServiceDocuments.Bindings);
        return builder;
    }

    /// <summary>Registers the documents of one kind.</summary>
    public static IServiceCollection AddDocuments<T>(this IServiceCollection services, DocumentType<T> type)
        where T : Document
    {
        services.TryAddSingleton(provider => provider.GetRequiredService<IDocumentStore>().Open(type));
        return services;
    }

    private static IDocumentStore Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<StateOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        return options.Home switch
        {
            StateProvider.Sqlite => new SqliteDocumentStore(options.Sqlite.Path, loggers.CreateLogger<SqliteDocumentStore>(), time),
            _ => new MongoDocumentStore(options.Mongo.ConnectionString, loggers.CreateLogger<MongoDocumentStore>(), time),
        };
    }
}
