using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Harbor.Hosting;

/// <summary>One service of Harbor as a part of a process: alone in its own executable, or beside the others in <c>standalone</c>.</summary>
public interface IHarborModule
{
    /// <summary><c>gateway</c>, <c>node</c> or <c>proxy</c>: names its section (<c>Harbor:Gateway</c>), its log file and the <c>Service</c> property.</summary>
    string Service { get; }

    /// <summary>Registers options, services and hosted services. Extensions called here must be idempotent: all modules share one container.</summary>
    void AddServices(IHostApplicationBuilder builder);

    /// <summary>Adds consumers and sagas. The transport and the endpoints are made once for all modules, by <see cref="HarborProcess"/>.</summary>
    void AddBus(IBusRegistrationConfigurator bus);

    /// <summary>Maps HTTP endpoints. Health and metrics are there already.</summary>
    void Map(WebApplication app);
}
