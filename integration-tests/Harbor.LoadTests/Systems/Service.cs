using System.Diagnostics;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;

namespace Harbor.LoadTests.Systems;

/// <summary>One of Harbor's programs as a process. Owns it.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly ChildProcess _process;

    private Service(string program, ChildProcess process, string url) => (Program, _process, Url) = (program, process, url);

    public string Program { get; }

    public string Url { get; }

    public int ProcessId => _process.Id;

    public string Output => _process.Output;

    public TimeSpan ProcessorTime
    {
        get
        {
            using var process = Process.GetProcessById(_process.Id);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it with these settings alone, and returns when it says that it is ready.</summary>
    public static async Task<Service> StartAsync(string program, string section, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var url = $"http://127.0.0.1:{FreePorts.Next()}";
        var process = await ChildProcess.StartAsync(
            ProgramPath.Find("dotnet") ?? throw new InvalidOperationException("dotnet is not on PATH."),
            [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), $"--Harbor:{section}:Url={url}", .. settings.Select(setting => $"--{setting.Key}={setting.Value}")]);
        var service = new Service(program, process, url);
        try
        {
            await process.WaitUntilAsync(() => IsReadyAsync(url, cancellationToken), TimeSpan.FromSeconds(60), cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> IsReadyAsync(string url, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync($"{url}/health/ready", cancellationToken);
        return answer.IsSuccessStatusCode;
    }
}
