namespace Harbor.Gateway.Orphans;

internal static class OrphanExtensions
{
    /// <summary>What compares ports, instances and bindings, and repairs what does not fit.</summary>
    public static IServiceCollection AddOrphans(this IServiceCollection services) => services
        .AddSingleton<Holdings>()
        .AddSingleton<OrphanPorts>()
        .AddSingleton<LostPorts>()
        .AddSingleton<OrphanBindings>()
        .AddSingleton<LostBindings>()
        .AddSingleton<OrphanSweep>()
        .AddHostedService(provider => provider.GetRequiredService<OrphanSweep>());
}
