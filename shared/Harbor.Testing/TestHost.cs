using Harbor.Hosting;

namespace Harbor.Testing;

/// <summary>Modules in the test's own process, as HarborProcess runs them, alone with the settings that the test gives. Listens on a port of its own.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly HarborApplication _application;

    private TestHost(HarborApplication application)
    {
        _application = application;
        Http = new HttpClient { BaseAddress = new Uri(Url) };
    }

    public IServiceProvider Services => _application.App.Services;

    public string Url => _application.App.Urls.First();

    public HttpClient Http { get; }

    /// <param name="settings">Configuration by full key: <c>Harbor:Nats:Url</c>. The bus is in memory unless they say otherwise.</param>
    public static async Task<TestHost> StartAsync(IReadOnlyDictionary<string, string?> settings, IReadOnlyList<IHarborModule> modules, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, string?>(settings, StringComparer.OrdinalIgnoreCase);
        all.TryAdd("Harbor:Bus:Transport", "InMemory");
        all.TryAdd("Harbor:Logging:Console", "None");
        foreach (var module in modules)
        {
            all.TryAdd($"Harbor:{module.Service}:Url", "http://127.0.0.1:0");
        }

        return new TestHost(await HarborProcess.StartAsync([], new HarborProcessOptions { ReadSurroundings = false, Defaults = all }, modules, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.DisposeAsync();
    }
}
