using System.Diagnostics.Metrics;
using Harbor.Contracts.Allocation;
using Harbor.Contracts.Bindings;
using Harbor.Contracts.Ports;
using Harbor.Node.Allocation;
using Harbor.State;
using Harbor.State.Apps;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Sqlite;
using Harbor.State.Workers;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Node.Tests.Allocation;

/// <summary>Allocation over SQLite, without bus and NATS, with a clock of the test's. Several may share a file, as several nodes do a store.</summary>
internal sealed class AllocationRig : IAsyncDisposable
{
    private readonly TemporaryDirectory? _directory;
    private readonly SqliteDocumentStore _store;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watches;

    private AllocationRig(FakeTimeProvider time, string? file, bool watchesPorts)
    {
        Time = time;
        _directory = file is null ? new TemporaryDirectory("allocation") : null;
        File = file ?? _directory!.Combine("harbor.db");
        _store = new SqliteDocumentStore(File, NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System);
        Views = new(new(Ports), new(Pools), new(Workers));
        Directory = new(Views);
        var counted = new CountingDocuments<PortDocument>(Ports);
        Reads = counted;
        Allocator = new(counted, Directory, new NodeMetrics(_services.GetRequiredService<IMeterFactory>()), time, NullLogger<PortAllocator>.Instance);
        IntPorts = new(_store.Open(DocumentTypes.Apps), Ports);
        Releaser = new(Ports, Directory, IntPorts, time, NullLogger<PortReleaser>.Instance);
        Sweep = new(Ports, time, NullLogger<QuarantineSweep>.Instance);
        _watches = Task.WhenAll(watchesPorts ? Views.Ports.RunAsync(_stop.Token) : Task.CompletedTask, Views.Pools.RunAsync(_stop.Token), Views.Workers.RunAsync(_stop.Token));
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string File { get; }

    public FakeTimeProvider Time { get; }

    public NodeViews Views { get; }

    public PortDirectory Directory { get; }

    public CountingDocuments<PortDocument> Reads { get; }

    public PortAllocator Allocator { get; }

    public PortReleaser Releaser { get; }

    public IntPorts IntPorts { get; }

    public QuarantineSweep Sweep { get; }

    public IDocuments<PortDocument> Ports => _store.Open(DocumentTypes.Ports);

    public IDocuments<AppDocument> Apps => _store.Open(DocumentTypes.Apps);

    public IDocuments<PoolDocument> Pools => _store.Open(DocumentTypes.Pools);

    public IDocuments<WorkerDocument> Workers => _store.Open(DocumentTypes.Workers);

    public static async Task<AllocationRig> StartAsync(int first = 21000, int last = 21009, AllocationRig? beside = null, bool watchesPorts = true)
    {
        var rig = new AllocationRig(beside?.Time ?? new FakeTimeProvider(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), beside?.File, watchesPorts);
        await rig.Pools.InsertAsync(new PoolDocument { Id = "default", FirstPort = first, LastPort = last, Host = "127.0.0.1" }, Cancellation);
        await Task.WhenAll(watchesPorts ? rig.Views.Ports.ReadyAsync(Cancellation) : Task.CompletedTask, rig.Views.Workers.ReadyAsync(Cancellation));
        await rig.Views.Pools.WaitForAsync("default", pool => pool is not null, Cancellation);
        return rig;
    }

    public async Task<PortAllocation> AllocateAsync(string instance, int? requested = null, params int[] avoid)
        => await Allocator.AllocateAsync(Command(instance) with { RequestedPort = requested, Avoid = avoid }, Cancellation);

    public static AllocatePort Command(string instance, long life = 1) => new()
    {
        OperationId = "op",
        ServiceInstanceId = instance,
        Life = life,
        Pool = "default",
        Protocol = PortProtocol.Tcp,
        Policy = new PortPolicy(),
        PolicyRevision = life,
    };

    public Task<PortDocument?> ReleaseAsync(string instance, bool unused = false, long life = 1, int? port = null) => Releaser.ReleaseAsync(
        new ReleasePort { OperationId = "op", ServiceInstanceId = instance, Life = life, Pool = "default", Port = port, Unused = unused }, Cancellation);

    public Task<int?> IntPortAsync(string app, string instance) => IntPorts.TakeAsync(Bind(app, instance), Cancellation);

    public static BindApp Bind(string app, string instance, long life = 1) => new() { BindingId = $"{app}-{instance}", ServiceInstanceId = instance, Life = life, AppGuid = app };

    public async Task<int> PortAsync(string instance) => (await AllocateAsync(instance)).Port.ShouldNotBeNull().Port;

    /// <summary>Fills the pool but for so many ports, and waits until the node has seen it.</summary>
    public async Task FillAsync(int first, int count)
    {
        for (var port = first; port < first + count; port++)
        {
            await Ports.InsertAsync(Taken(port), Cancellation);
        }

        // The view is a moment ahead of the free ports.
        var pool = Views.Pools.Find("default")!;
        var all = pool.LastPort - pool.FirstPort + 1;
        await SeenAsync(
            () => Views.Ports.Count >= count && Directory.FreePortsOf("default")!.FreeCount == all - Views.Ports.Count, "the node knows the used ports as used");
    }

    public static PortDocument Taken(int port) => new()
    {
        Id = PortDocument.IdOf("default", port),
        Pool = "default",
        Port = port,
        Protocol = PortProtocol.Tcp,
        ServiceInstanceId = $"owner-{port}",
        State = PortState.Active,
        Policy = new PortPolicy(),
        AllocatedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };

    public static Task SeenAsync(Func<bool> condition, string expected) => Eventually.TrueAsync(condition, expected, cancellationToken: Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watches.ContinueWith(_ => { }, TaskScheduler.Default);
        _store.Dispose();
        _stop.Dispose();
        await _services.DisposeAsync();
        _directory?.Dispose();
    }
}
