using System.Collections.Concurrent;
using System.Diagnostics;

namespace Harbor.Testing.Processes;

/// <summary>
/// Starts child processes from one thread that lives as long as this process. Linux sends the parent-death signal when the thread that
/// started the child ends; from a pool thread, which the pool may retire at any time, a server would die in the middle of a test.
/// </summary>
internal static class Spawner
{
    private static readonly BlockingCollection<Action> _starts = [];

    static Spawner() => new Thread(Run) { IsBackground = true, Name = "harbor-spawner" }.Start();

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    private static void Run()
    {
        foreach (var start in _starts.GetConsumingEnumerable())
        {
            start();
        }
    }
}
