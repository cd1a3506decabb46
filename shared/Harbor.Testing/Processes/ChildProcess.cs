using System.Collections.Concurrent;
using System.Diagnostics;

namespace Harbor.Testing.Processes;

/// <summary>A program as a child of the test process: its output is kept, it is ended by its id, and it dies with the test process however that ends.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>Enough to see why a server did not come up, without holding a chatty one's whole life.</summary>
    private const int KeptLines = 2000;

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of stdout and stderr.</summary>
    public string Output => string.Join(Environment.NewLine, _lines);

    /// <param name="outlives">For a watchdog: it is not killed when we die.</param>
    public static async Task<ChildProcess> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? directory = null, bool outlives = false)
    {
        // setpriv has the kernel kill the child when we die, also by kill -9. Where it is missing, disposing alone must do.
        var guard = outlives ? null : ProgramPath.Find("setpriv");
        var start = new ProcessStartInfo(guard ?? program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        foreach (var argument in guard is null ? arguments : ["--pdeathsig", "KILL", "--", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(await Spawner.StartAsync(start), Path.GetFileName(program));
        child._process.OutputDataReceived += (_, line) => child.Keep(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits until the program is ready; where it ends first or takes too long, the failure carries its output.</summary>
    public async Task WaitUntilAsync(Func<Task<bool>> ready, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await Eventually.TrueAsync(async () => HasExited || await ready(), $"{Name} is ready", patience, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new InvalidOperationException($"{Name} was not ready within {patience}. Its output:{Environment.NewLine}{Output}", exception);
        }

        if (HasExited)
        {
            throw new InvalidOperationException($"{Name} ended at start with code {ExitCode}. Its output:{Environment.NewLine}{Output}");
        }
    }

    /// <summary>Waits for the program to end by itself, and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{Name} did not end within {patience}. Its output:{Environment.NewLine}{Output}");
        }
    }

    /// <summary>Asks it to end (SIGTERM), as an operator would.</summary>
    public void Terminate() => Signals.Send(Id, Signals.Terminate);

    /// <summary>kill -9, of this process alone: what it started must look after itself. <see cref="KillAsync"/> ends those too.</summary>
    public void Kill() => Signals.Send(Id, Signals.Kill);

    /// <summary>Stops its work without ending it (SIGSTOP): a machine that hangs. <see cref="Continue"/> undoes it.</summary>
    public void Freeze() => Signals.Send(Id, Signals.Stop);

    public void Continue() => Signals.Send(Id, Signals.Continue);

    /// <summary>Ends it at once (SIGKILL), with all that it started.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (_lines.Count > KeptLines)
        {
            _lines.TryDequeue(out _);
        }
    }
}
