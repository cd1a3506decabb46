using Harbor.LoadTests.Checks;
using Harbor.State.Documents;

namespace Harbor.LoadTests.Systems;

/// <summary>A whole Harbor that runs, and the way to look into it. Owns what it was made of, and ends that in the opposite order.</summary>
internal sealed class LoadedSystem(IReadOnlyList<IAsyncDisposable> parts, IReadOnlyList<Service> services, string url, IDocumentStore store, int firstPort, int lastPort, IReadOnlyList<Service> workers)
    : IAsyncDisposable
{
    private readonly List<ProcessorQuota> _quotas = [];

    public string Url => url;

    /// <summary>The nats-server where it is one of the system's parts.</summary>
    public string Nats { get; init; } = "";

    public IDocumentStore Store => store;

    public int FirstPort => firstPort;

    public int LastPort => lastPort;

    public TimeSpan ProcessorTime => services.Aggregate(TimeSpan.Zero, (sum, service) => sum + service.ProcessorTime);

    /// <summary>That of each of its programs.</summary>
    public IReadOnlyList<(string Program, TimeSpan Time)> ProcessorTimes => [.. services.Select(service => (service.Program, service.ProcessorTime))];

    /// <summary>The last lines that each process wrote.</summary>
    public string Output => string.Join(Environment.NewLine, services.Select(service => service.Output));

    public Inspection Inspection { get; } = new(store, [.. workers.Select<Service, Func<IReadOnlySet<int>>>(worker => () => ListeningSockets.Of(worker.ProcessId, firstPort, lastPort))]);

    /// <summary>From now on each of its programs has so much of one processor; 0: as before.</summary>
    public void Limit(int percent)
    {
        if (percent > 0)
        {
            _quotas.AddRange(services.Select(service => ProcessorQuota.Set(service.ProcessId, percent)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        (store as IDisposable)?.Dispose();
        foreach (var part in parts.Reverse())
        {
            await part.DisposeAsync();
        }

        _quotas.ForEach(quota => quota.Dispose());
    }
}
