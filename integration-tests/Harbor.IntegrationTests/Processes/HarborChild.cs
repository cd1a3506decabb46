using Harbor.Testing;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;

namespace Harbor.IntegrationTests.Processes;

/// <summary>
/// One of Harbor's programs as a process of its own, that can be killed and started again with the same settings. Owns the process.
/// </summary>
internal sealed class HarborChild(string program, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private ChildProcess? _process;

    public const string Gateway = "Harbor.Gateway";
    public const string Node = "Harbor.Node";
    public const string Proxy = "Harbor.Proxy";
    public const string Standalone = "Harbor.Standalone";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Where its health is served; kept over restarts.</summary>
    public string Url { get; } = $"http://127.0.0.1:{FreePorts.Next()}";

    public ChildProcess Process => _process ?? throw new InvalidOperationException($"{program} was not started.");

    /// <summary>Starts it, and returns when it says that it is ready.</summary>
    public async Task StartReadyAsync()
    {
        await StartAsync();
        await Process.WaitUntilAsync(IsReadyAsync, TimeSpan.FromSeconds(60), Cancelled);
    }

    public async Task StartAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        var service = program == Standalone ? "Gateway" : program["Harbor.".Length..];
        _process = await StartAsync(program, new Dictionary<string, string>(settings) { [$"Harbor:{service}:Url"] = Url });
    }

    /// <summary>Starts a program with these settings and nothing else that this machine may have configured.</summary>
    public static Task<ChildProcess> StartAsync(string program, IReadOnlyDictionary<string, string> settings)
        => ChildProcess.StartAsync(
            ProgramPath.Find("dotnet")!,
            [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. settings.Select(setting => $"--{setting.Key}={setting.Value}")]);

    public async Task<bool> IsReadyAsync()
    {
        using var answer = await _http.GetAsync($"{Url}/health/ready", Cancelled);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Until it says that it is ready again; a failure carries what it said instead.</summary>
    public Task BecomesReadyAsync() => Eventually.GetAsync(
        async () =>
        {
            using var answer = await _http.GetAsync($"{Url}/health/ready", Cancelled);
            return (answer.IsSuccessStatusCode, Body: await answer.Content.ReadAsStringAsync(Cancelled));
        },
        answer => answer.IsSuccessStatusCode,
        $"{program} is ready again",
        TimeSpan.FromSeconds(60),
        Cancelled);

    /// <summary>kill -9, of this process alone: what it started must look after itself.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    public async Task StopAsync()
    {
        Process.Terminate();
        (await Process.WaitForExitAsync(Eventually.Patience, Cancelled)).ShouldBe(0, Process.Output);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (TestContext.Current.TestState?.Result is TestResult.Failed)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"--- {program}{Environment.NewLine}{_process.Output}");
            }

            await _process.DisposeAsync();
        }
    }
}
