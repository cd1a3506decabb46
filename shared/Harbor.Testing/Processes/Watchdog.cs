namespace Harbor.Testing.Processes;

/// <summary>A shell that sleeps until this process dies, however it dies, and then cleans up: for servers that are no children of ours.</summary>
internal static class Watchdog
{
    /// <param name="cleanup">A shell command. Disposing what is returned ends the watchdog without running it.</param>
    public static Task<ChildProcess> StartAsync(string cleanup) =>
        ChildProcess.StartAsync("/bin/sh", ["-c", $"trap '' HUP INT TERM; while kill -0 {Environment.ProcessId} 2>/dev/null; do sleep 1; done; {cleanup}"], outlives: true);
}
