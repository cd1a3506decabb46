namespace Harbor.Gateway.Bindings;

internal static class BindingExtensions
{
    /// <summary>Bindings, and what drives them.</summary>
    public static IServiceCollection AddBindings(this IServiceCollection services) => services
        .AddSingleton<ServiceBindings>()
        .AddSingleton<PortBindings>()
        .AddSingleton<BindingDriver>()
        .AddSingleton<BindingRunner>();
}
