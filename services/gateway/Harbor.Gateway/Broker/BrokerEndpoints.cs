using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Harbor.Gateway.Broker;

/// <summary>The ten operations of the Open Service Broker API 2.17.</summary>
internal static class BrokerEndpoints
{
    private const string Instances = "/v2/service_instances/{instance}";
    private const string Bindings = Instances + "/service_bindings/{binding}";

    public static void MapBroker(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/v2"), branch => branch.UseMiddleware<BrokerGuard>());
        app.MapGet("/v2/catalog", (HttpContext context, CatalogContent catalog, TimeProvider time) => SendCatalogAsync(context, catalog, time));

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

    private static async Task SendCatalogAsync(HttpContext context, CatalogContent catalog, TimeProvider time)
    {
        var headers = context.Response.GetTypedHeaders();
        headers.ETag = new EntityTagHeaderValue(catalog.Tag);
        headers.LastModified = catalog.ModifiedAt;
        if (IsUnchanged(context.Request.GetTypedHeaders(), catalog, time))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await BrokerWriter.WriteAsync(context, catalog.Bytes);
    }

    /// <summary>A date counts only where there are no tags, and one that is still to come says nothing: RFC 9110, 13.1.</summary>
    private static bool IsUnchanged(RequestHeaders asked, CatalogContent catalog, TimeProvider time)
        => asked.Headers.ContainsKey(HeaderNames.IfNoneMatch)
            ? asked.Headers.IfNoneMatch.SelectMany(values => values!.Split(',')).Any(value => value.Trim() is "*" || Tag(value) == catalog.Tag)
            : asked.IfModifiedSince is { } since && since >= catalog.ModifiedAt && since <= time.GetUtcNow();

    /// <summary>A weak tag matches too: proxies that compress make strong ones weak.</summary>
    private static string Tag(string value) => value.Trim() is ['W', '/', .. var strong] ? strong : value.Trim();
}
