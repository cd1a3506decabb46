using System.Globalization;
using Harbor.Testing.Processes;

namespace Harbor.Testing.Servers;

/// <summary>
/// A MongoDB-compatible server that a script starts in the background: <c>start PORT DIRECTORY</c> prints the connection string and leaves the
/// server's id in <c>DIRECTORY/gateway.pid</c>; <c>stop DIRECTORY --wipe</c> beside it ends it. A watchdog process runs that when the test process dies.
/// </summary>
internal sealed class ScriptedMongoNode(string script, int port) : MongoNode
{
    /// <summary>The script may unpack and build its server the first time.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryDirectory _directory = new("mongodb");
    private readonly string _stop = Path.Combine(Path.GetDirectoryName(script)!, "stop");
    private ChildProcess? _watchdog;
    private string _output = string.Empty;

    public override string Output => _output;

    public override async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        _watchdog ??= await Watchdog.StartAsync($"\"{_stop}\" \"{_directory.Path}\" --wipe; rm -rf \"{_directory.Path}\"");

        // Its output goes to a file: the server that it leaves behind would hold a pipe open.
        var printed = _directory.Combine("start.out");
        await using var starter = await ChildProcess.StartAsync(
            "/bin/sh", ["-c", $"\"{script}\" {port.ToString(CultureInfo.InvariantCulture)} \"{_directory.Path}\" >\"{printed}\" 2>&1"]);
        var code = await starter.WaitForExitAsync(_patience, cancellationToken);
        _output = await File.ReadAllTextAsync(printed, cancellationToken);
        return code == 0
            ? _output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim()
            : throw new InvalidOperationException($"{script} ended with code {code}. Its output:{Environment.NewLine}{_output}");
    }

    public override async Task KillAsync()
    {
        var pid = int.Parse(await File.ReadAllTextAsync(_directory.Combine("gateway.pid")), CultureInfo.InvariantCulture);
        Signals.Send(pid, Signals.Kill);

        // A zombie is as dead as can be, but the start script takes it for running: without its id the script starts anew.
        File.Delete(_directory.Combine("gateway.pid"));
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal), $"process {pid} is gone");
    }

    public override async ValueTask DisposeAsync()
    {
        if (_watchdog is not null)
        {
            await using var stopper = await ChildProcess.StartAsync("/bin/sh", ["-c", $"\"{_stop}\" \"{_directory.Path}\" --wipe >/dev/null 2>&1"]);
            await stopper.WaitForExitAsync(_patience, CancellationToken.None);
            await _watchdog.DisposeAsync();
        }

        _directory.Dispose();
    }
}
