using Harbor.Gateway.Users;

namespace Harbor.Gateway.Admin;

internal static class AdminExtensions
{
    /// <summary>The admin API: for people and the command line, under <c>/admin/v1</c>.</summary>
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<PoolAdmin>()
        .AddSingleton<PortAdmin>()
        .ConfigureHttpJsonOptions(options => AdminJson.Configure(options.SerializerOptions))
        .AddOpenApi("v1");

    public static void MapAdmin(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/admin"), branch => branch.UseMiddleware<AdminGuard>());
        app.MapOpenApi("/openapi/{documentName}.json");
        var admin = app.MapGroup("/admin/v1").WithTags("admin");
        admin.MapStatus();
        admin.MapPools();
        admin.MapPorts();
    }

    /// <summary>The route changes something: a viewer may not.</summary>
    public static RouteHandlerBuilder ForOperators(this RouteHandlerBuilder route) => route.WithMetadata(new RequiredRole(GatewayRole.Operator));
}
