using System.Net;
using Harbor.Hosting;
using Harbor.Proxy.DataPlane;
using Harbor.Proxy.Routing;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.State.Workers;
using Harbor.Testing;
using MassTransit;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Proxy.Tests;

/// <summary>A whole worker in this process, on SQLite and the in-memory bus, with an engine that has no sockets.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    public const string WorkerId = "worker-1";

    private readonly HarborApplication _application;
    private bool _stopped;

    private RunningWorker(HarborApplication application, WorkerProbe probe, FakeRelayEngine engine)
    {
        _application = application;
        Probe = probe;
        Engine = engine;
    }

    public WorkerProbe Probe { get; }

    public FakeRelayEngine Engine { get; }

    public IDocuments<PortDocument> Ports => Get<IDocuments<PortDocument>>();

    public IDocuments<WorkerDocument> Workers => Get<IDocuments<WorkerDocument>>();

    public T Get<T>()
        where T : notnull
        => _application.App.Services.GetRequiredService<T>();

    /// <summary>Where its web server is.</summary>
    public string Url => Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public Task SendAsync<T>(T command)
        where T : class
        => Get<IBus>().Publish(command, TestContext.Current.CancellationToken);

    /// <param name="directory">Where its database is: the same one again is the same worker, restarted.</param>
    /// <param name="prepare">What the engine is to do, before it is asked to do anything.</param>
    /// <param name="settings">Beside, or instead of, the usual ones.</param>
    public static async Task<RunningWorker> StartAsync(string directory, Action<FakeRelayEngine>? prepare = null, params IReadOnlyCollection<(string Key, string Value)> settings)
    {
        var created = new TaskCompletionSource<FakeRelayEngine>();
        var probe = new WorkerProbe(engine =>
        {
            prepare?.Invoke(engine);
            created.SetResult(engine);
        });
        var defaults = new Dictionary<string, string?>
        {
            ["Harbor:DataDirectory"] = directory,
            ["Harbor:State:Provider"] = "Sqlite",
            ["Harbor:Bus:Transport"] = "InMemory",
            ["Harbor:Proxy:Url"] = "http://127.0.0.1:0",
            ["Harbor:Proxy:WorkerId"] = WorkerId,
            ["Harbor:Proxy:LeaseRenewal"] = "00:00:00.500",
            ["Harbor:Proxy:RetryInterval"] = "00:00:00.100",
        };
        foreach (var (key, value) in settings)
        {
            defaults[key] = value;
        }

        var options = new HarborProcessOptions { ReadSurroundings = false, Defaults = defaults };
        var application = await HarborProcess.StartAsync([], options, [new ProxyModule(), probe], TestContext.Current.CancellationToken);
        var worker = new RunningWorker(application, probe, await created.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));

        // Read behind the start: what a test stored before it would be what the worker was started with.
        await worker.Get<PortRoutes>().FirstSnapshotApplied.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        return worker;
    }

    public async Task<PortDocument> InsertAsync(PortDocument port)
        => (await Ports.InsertAsync(port, TestContext.Current.CancellationToken)).Document.ShouldNotBeNull();

    public async Task<PortDocument> ReplaceAsync(PortDocument port)
        => (await Ports.ReplaceAsync(port, TestContext.Current.CancellationToken)).Document.ShouldNotBeNull();

    public async Task<PortSnapshot?> AppliedAsync(int port, Func<PortSnapshot, bool> matches, string what)
        => (await Engine.Acts.WaitAsync(act => act.Port == port && act.Applied is { } applied && matches(applied), what)).Applied;

    public async Task<T> SaidAsync<T>(Func<T, bool> matches, string what)
        => (T)await Probe.Said.WaitAsync(message => message is T said && matches(said), what);

    /// <summary>The worker's document, as soon as it is so.</summary>
    public async Task<WorkerDocument> DescribedAsync(Func<WorkerDocument, bool> matches, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await foreach (var change in Workers.WatchAsync("", limit.Token))
            {
                if (change.Document is { } document && matches(document))
                {
                    return document;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below.
        }

        throw new TimeoutException($"Did not come within 30 s: {what}");
    }

    /// <summary>What the worker's web server says there.</summary>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(new Uri(Url), path), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _application.App.StopAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _application.DisposeAsync();
    }
}
