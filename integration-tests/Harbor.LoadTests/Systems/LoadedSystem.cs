using Harbor.LoadTests.Checks;
using Harbor.State.Documents;

namespace Harbor.LoadTests.Systems;

/// <summary>A whole Harbor that runs, and the way to look into it. Owns what it was made of, and ends that in the opposite order.</summary>
internal sealed class LoadedSystem(IReadOnlyList<IAsyncDisposable> parts, IReadOnlyList<Service> services, string url, IDocumentStore store, int firstPort, int lastPort, IReadOnlyList<Service> workers)
    : IAsyncDisposable
{
    public string Url => url;

    /// <summary>The nats-server where it is one of the system's parts.</summary>
    public string Nats { get; init; } = "";

    public int FirstPort => firstPort;

    public int LastPort => lastPort;

    public TimeSpan ProcessorTime => services.Aggregate(TimeSpan.Zero, (sum, service) => sum + service.ProcessorTime);

    /// <summary>That of each of its programs.</summary>
    public IReadOnlyList<(string Program, TimeSpan Time)> ProcessorTimes => [.. services.Select(service => (service.Program, service.ProcessorTime))];

    /// <summary>The last lines that each process wrote.</summary>
    public string Output => string.Join(Environment.NewLine, services.Select(service => service.Output));

    public Inspection Inspection { get; } = new(store, [.. workers.Select<Service, Func<IReadOnlySet<int>>>(worker => () => ListeningSockets.Of(worker.ProcessId, firstPort, lastPort))]);

    public async ValueTask DisposeAsync()
    {
        (store as IDisposable)?.Dispose();
        foreach (var part in parts.Reverse())
        {
            await part.DisposeAsync();
        }
    }
}
