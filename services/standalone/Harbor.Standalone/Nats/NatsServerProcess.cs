using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Harbor.Standalone.Nats;

/// <summary>
/// A nats-server that lives as long as this process: it is ended on disposal, and by the kernel where this process is killed. Started again where it ends
/// by itself. Owns the child process.
/// </summary>
internal sealed partial class NatsServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly ProcessStartInfo _start;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _stopping = new();
    private readonly Lock _lock = new();
    private Process? _process;

    private NatsServerProcess(ProcessStartInfo start)
    {
        _start = start;

        // The kernel's "signal when the parent dies" means the thread that started the child, so that thread stays as long as the child does.
        var guard = new Thread(Guard) { IsBackground = true, Name = "nats-server" };
        guard.Start();
    }

    /// <summary>Of the first run, where it has ended already.</summary>
    public int? ExitCode { get; private set; }

    /// <param name="program">Path of nats-server.</param>
    /// <param name="configuration">Path of its configuration file.</param>
    public static NatsServerProcess Start(string program, string configuration)
    {
        List<string> command = [program, "-c", configuration];

        // util-linux, so on every Debian and Ubuntu. A session of its own: Ctrl-C in a terminal is for Harbor, which ends this one last.
        if (NatsServerProgram.Find("setpriv", null) is { } setpriv)
        {
            command.InsertRange(0, [setpriv, "--pdeathsig", "TERM", "--"]);
        }

        if (NatsServerProgram.Find("setsid", null) is { } setsid)
        {
            command.Insert(0, setsid);
        }

        return new NatsServerProcess(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true });
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Set();
        lock (_lock)
        {
            if (_process is { HasExited: false } running)
            {
                _ = Signal(running.Id, Terminate);
            }
        }

        try
        {
            await _ended.Task.WaitAsync(_grace, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            lock (_lock)
            {
                _process?.Kill();
            }
        }
    }

    // .NET can only kill: a server that is asked to end closes its clients' connections first.
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int processId, int signal);

    private void Guard()
    {
        try
        {
            while (!_stopping.IsSet)
            {
                using var process = Process.Start(_start)!;
                lock (_lock)
                {
                    _process = process;
                }

                process.WaitForExit();
                ExitCode ??= process.ExitCode;
                lock (_lock)
                {
                    _process = null;
                }

                _stopping.Wait(_pause);
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
