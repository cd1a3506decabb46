using System.Diagnostics;
using System.Globalization;
using Harbor.Testing.Processes;

namespace Harbor.Proxy.DataPlane.Benchmarks.Relays;

/// <summary>A relay as a process of its own, and what it costs. Owns the process, which <see cref="Dispose"/> ends.</summary>
internal sealed class RelayUnderTest(string name, Process process, PortPlan ports) : IDisposable
{
    /// <summary>Kernel clock ticks a second in /proc; 100 on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    public string Name => name;

    public PortPlan Ports => ports;

    public bool IsHarbor => name == RelayStarter.Harbor;

    /// <summary>User and system time of the process and its workers so far.</summary>
    public double CpuSeconds => Processes().Sum(CpuOf);

    public long ResidentBytes => Processes().Sum(ResidentMemory.BytesOf);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }

    private static double CpuOf(int id)
    {
        // The name in parentheses may hold blanks: count from behind it. utime and stime are fields 14 and 15 of the whole line.
        var line = File.ReadAllText($"/proc/{id}/stat");
        var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>The process and its children, such as nginx's workers.</summary>
    private IEnumerable<int> Processes() => File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(id => int.Parse(id, CultureInfo.InvariantCulture))
        .Append(process.Id);
}
