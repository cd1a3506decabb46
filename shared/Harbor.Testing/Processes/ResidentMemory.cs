using System.Globalization;

namespace Harbor.Testing.Processes;

/// <summary>What a process has in memory, on Linux. As the kernel's <c>status</c> tells it, which newer ones sum up exactly; its <c>stat</c>, which the runtime reads, is some hundred KiB off.</summary>
internal static class ResidentMemory
{
    public static long BytesOf(int processId) => 1024 * long.Parse(
        File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
