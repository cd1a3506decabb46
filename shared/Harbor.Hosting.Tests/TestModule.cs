using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Harbor.Hosting.Tests;

/// <summary>A module made of what a test needs of one.</summary>
internal sealed class TestModule : IHarborModule
{
    public string Service { get; init; } = "gateway";

    public Action<IHostApplicationBuilder> OnServices { get; init; } = _ => { };

    public Action<IBusRegistrationConfigurator> OnBus { get; init; } = _ => { };

    public Action<WebApplication> OnMap { get; init; } = _ => { };

    public void AddServices(IHostApplicationBuilder builder) => OnServices(builder);

    public void AddBus(IBusRegistrationConfigurator bus) => OnBus(bus);

    public void Map(WebApplication app) => OnMap(app);
}
