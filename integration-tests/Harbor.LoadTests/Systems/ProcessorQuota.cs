using System.Globalization;
using Harbor.LoadTests.Loads;

namespace Harbor.LoadTests.Systems;

/// <summary>
/// A process's share of one processor, by a control group of its own (Linux, as root): on a machine that store, load and services share, the only way to see what a service could do by itself.
/// Owns the group; dispose it when the process has ended.
/// </summary>
internal sealed class ProcessorQuota : IDisposable
{
    /// <summary>In µs. Long enough that a process comes to work between two stops: with stops every 25 ms a change cost a node that has 5 percent half as much again.</summary>
    private const int Period = 100_000;

    private readonly string _group;

    private ProcessorQuota(string group) => _group = group;

    /// <param name="processId">The process, with all its threads.</param>
    /// <param name="percent">Of one processor.</param>
    public static ProcessorQuota Set(int processId, int percent)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"harbor-load-{processId}");
        var isFirst = Directory.Exists("/sys/fs/cgroup/cpu");
        var quota = new ProcessorQuota(Path.Combine(isFirst ? "/sys/fs/cgroup/cpu" : "/sys/fs/cgroup", name));
        try
        {
            Directory.CreateDirectory(quota._group);
            var allowed = percent * Period / 100;
            if (isFirst)
            {
                quota.Write("cpu.cfs_period_us", $"{Period}");
                quota.Write("cpu.cfs_quota_us", $"{allowed}");
            }
            else
            {
                quota.Write("cpu.max", $"{allowed} {Period}");
            }

            quota.Write("cgroup.procs", $"{processId}");
            return quota;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LoadFailedException($"No processor quota can be set here: {exception.Message}");
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(_group);
        }
        catch (IOException)
        {
            // The process has not quite ended: the empty group does no harm.
        }
    }

    private void Write(string file, FormattableString value) => File.WriteAllText(Path.Combine(_group, file), value.ToString(CultureInfo.InvariantCulture));
}
