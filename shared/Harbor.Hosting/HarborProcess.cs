using Harbor.Hosting.Bus;
using Harbor.Hosting.Configuration;
using Harbor.Hosting.Health;
using Harbor.Hosting.Listening;
using Harbor.Hosting.Logs;
using Harbor.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Hosting;

/// <summary>
/// The one way a Harbor process starts, runs and ends: configuration, logging, health, metrics and bus for any number of modules.
/// Bad configuration ends it before a port is opened; a missing dependency ends it with its name; both are exit codes of <see cref="ExitCodes"/>.
/// </summary>
public static class HarborProcess
{
    /// <inheritdoc cref="RunAsync(string[], HarborProcessOptions, IHarborModule[])"/>
    public static Task<int> RunAsync(string[] args, params IHarborModule[] modules) => RunAsync(args, new HarborProcessOptions(), modules);

    /// <summary>Runs the modules until the process is told to stop. Returns the exit code; what went wrong is on stderr.</summary>
    public static async Task<int> RunAsync(string[] args, HarborProcessOptions options, params IHarborModule[] modules)
    {
        try
        {
            await using var application = await StartAsync(args, options, modules, CancellationToken.None);
            await application.App.WaitForShutdownAsync();
            return ExitCodes.Success;
        }
        catch (HarborStartException exception)
        {
            await StartFailure.WriteAsync(exception);
            return exception.ExitCode;
        }
    }

    /// <summary>Builds and starts the modules; returns when they serve. Throws <see cref="HarborStartException"/> where that cannot be.</summary>
    public static async Task<HarborApplication> StartAsync(
        string[] args, HarborProcessOptions options, IReadOnlyList<IHarborModule> modules, CancellationToken cancellationToken)
    {
        var app = StartFailure.Guard(() => Build(args, options, modules));
        IAsyncDisposable? prepared = null;
        try
        {
            OptionsCheck.ThrowIfAnyInvalid(app.Services);
            EffectiveOptions.Write(app.Services);
            UnknownKeys.Warn(app.Services);
            Map(app, modules);
            if (options.PrepareAsync is not null)
            {
                prepared = await options.PrepareAsync(app.Configuration, cancellationToken);
            }

            await DependencyCheck.WaitAsync(app.Services, cancellationToken);
            await app.StartAsync(cancellationToken);
            return new HarborApplication(app, prepared);
        }
        catch (Exception exception)
        {
            await app.DisposeAsync();
            if (prepared is not null)
            {
                await prepared.DisposeAsync();
            }

            throw StartFailure.From(exception);
        }
    }

    private static WebApplication Build(string[] args, HarborProcessOptions options, IReadOnlyList<IHarborModule> modules)
    {
        // The empty builder: no configuration source, logger or server that is not asked for here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "harbor" });
        builder.Configuration.AddHarbor(args, options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new HarborModules(modules));
        builder.Services.AddRouting();
        builder.AddHarborLogging();
        builder.AddHarborHealth();
        builder.AddHarborTelemetry(modules);
        foreach (var module in modules)
        {
            module.AddServices(builder);
        }

        builder.AddHarborBus(modules);
        builder.WebHost.UseKestrel().UseUrls(ListenUrls.Of(builder.Configuration, modules));

        // The services are kept with the container: the check of all options at start looks through them.
        builder.Services.AddSingleton(builder.Services);
        return builder.Build();
    }

    /// <summary>Only after the check of options: mapping an endpoint may make the services behind it, and what they are made of.</summary>
    private static void Map(WebApplication app, IReadOnlyList<IHarborModule> modules)
    {
        app.MapHarborHealth();
        app.MapHarborMetrics();
        foreach (var module in modules)
        {
            module.Map(app);
        }
    }
}
