namespace Harbor.Gateway.Admin;

internal static class AdminExtensions
{
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services;

    public static void MapAdmin(this WebApplication app)
    {
    }
}
