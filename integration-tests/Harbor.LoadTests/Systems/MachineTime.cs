using System.Globalization;

namespace Harbor.LoadTests.Systems;

/// <summary>
/// What the machine's processors did since its start, in the system's ticks: a figure that was measured where none was idle, or where the host gave its time to other machines, says
/// more of those than of what was measured.
/// </summary>
internal sealed record MachineTime(long All, long Idle, long Stolen)
{
    public static MachineTime Now()
    {
        // cpu user nice system idle iowait irq softirq steal …
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new(ticks.Sum(), ticks[3] + ticks[4], ticks[7]);
    }

    /// <summary>The shares since an earlier moment, in words.</summary>
    public string Since(MachineTime earlier) => string.Create(
        CultureInfo.InvariantCulture,
        $"processors {100.0 * (Idle - earlier.Idle) / Math.Max(1, All - earlier.All):F0} % idle, {100.0 * (Stolen - earlier.Stolen) / Math.Max(1, All - earlier.All):F1} % taken by the host");
}
