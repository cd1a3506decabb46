using Harbor.State.Documents;
using Harbor.State.Pools;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Pools;

/// <summary>Creates the pools of the configuration where they do not exist, <c>default</c> always. What exists is left alone: it was changed at run time, perhaps.</summary>
internal sealed partial class PoolSeeder(IDocuments<PoolDocument> pools, IOptions<PoolOptions> options, ILogger<PoolSeeder> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in options.Value.Keys.Append(PoolDocument.DefaultName).Distinct(StringComparer.Ordinal))
        {
            var pool = New(name, options.Value.GetValueOrDefault(name) ?? new PoolSettings());
            if ((await pools.InsertAsync(pool, cancellationToken)).Written)
            {
                Log.Created(logger, pool.Id, pool.FirstPort, pool.LastPort, pool.Host);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static PoolDocument New(string name, PoolSettings settings)
    {
        if (!PortRange.TryParse(settings.PortRange, out var range))
        {
            throw new InvalidOperationException("A range that was not validated.");
        }

        return new PoolDocument
        {
            Id = name,
            FirstPort = range.First,
            LastPort = range.Last,
            Host = string.IsNullOrEmpty(settings.Host) ? LocalAddress.First() : settings.Host,
            Hostname = Given(settings.Hostname),
            HostExternal = Given(settings.HostExternal),
            HostnameExternal = Given(settings.HostnameExternal),
            Quarantine = settings.Quarantine,
        };
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static partial class Log
    {
        [LoggerMessage(1600, LogLevel.Information, "Created the pool {Pool}: ports {FirstPort} to {LastPort} on {Host}.")]
        public static partial void Created(ILogger logger, string pool, int firstPort, int lastPort, string host);
    }
}
