using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;

namespace Harbor.Gateway.Broker;

/// <summary>The ten operations of the Open Service Broker API 2.17.</summary>
internal static class BrokerEndpoints
{
    private const string Instances = "/v2/service_instances/{instance}";
    private const string Bindings = Instances + "/service_bindings/{binding}";

    public static void MapBroker(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/v2"), branch => branch.UseMiddleware<BrokerGuard>());
        app.MapGet("/v2/catalog", (HttpContext context, CatalogContent catalog) => SendCatalogAsync(context, catalog));

        app.MapPut(Instances, Handle<ProvisionEndpoint>((endpoint, context) => endpoint.HandleAsync(context)));
        app.MapGet(Instances, Handle<FetchEndpoint>((endpoint, context) => endpoint.InstanceAsync(context)));
        app.MapPatch(Instances, Handle<UpdateEndpoint>((endpoint, context) => endpoint.HandleAsync(context)));
        app.MapDelete(Instances, Handle<DeprovisionEndpoint>((endpoint, context) => endpoint.HandleAsync(context)));
        app.MapGet(Instances + "/last_operation", Handle<LastOperationEndpoint>((endpoint, context) => endpoint.InstanceAsync(context)));

        app.MapPut(Bindings, Handle<BindEndpoint>((endpoint, context) => endpoint.HandleAsync(context)));
        app.MapGet(Bindings, Handle<FetchEndpoint>((endpoint, context) => endpoint.BindingAsync(context)));
        app.MapDelete(Bindings, Handle<UnbindEndpoint>((endpoint, context) => endpoint.HandleAsync(context)));
        app.MapGet(Bindings + "/last_operation", Handle<LastOperationEndpoint>((endpoint, context) => endpoint.BindingAsync(context)));
    }

    public static IServiceCollection AddBroker(this IServiceCollection services) => services
        .AddSingleton<PlanCatalog>()
        .AddSingleton<CatalogContent>()
        .AddSingleton<ProvisionEndpoint>()
        .AddSingleton<FetchEndpoint>()
        .AddSingleton<UpdateEndpoint>()
        .AddSingleton<DeprovisionEndpoint>()
        .AddSingleton<LastOperationEndpoint>()
        .AddSingleton<BindEndpoint>()
        .AddSingleton<UnbindEndpoint>();

    /// <summary>A plain request delegate: nothing of a request is bound, so nothing is refused in a shape that is not the API's.</summary>
    private static RequestDelegate Handle<TEndpoint>(Func<TEndpoint, HttpContext, Task<BrokerAnswer>> handle)
        where TEndpoint : notnull
        => async context => await BrokerWriter.WriteAsync(context, await handle(context.RequestServices.GetRequiredService<TEndpoint>(), context));

    private static async Task SendCatalogAsync(HttpContext context, CatalogContent catalog)
    {
        context.Response.Headers.ETag = catalog.Tag;
        if (context.Request.Headers.IfNoneMatch.SelectMany(values => values!.Split(',')).Any(value => value.Trim() is "*" || Tag(value) == catalog.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await BrokerWriter.WriteAsync(context, catalog.Bytes);
    }

    /// <summary>A weak tag matches too: proxies that compress make strong ones weak.</summary>
    private static string Tag(string value) => value.Trim() is ['W', '/', .. var strong] ? strong : value.Trim();
}
