using System.Runtime.InteropServices;

namespace Harbor.Proxy.Routing;

/// <summary>
/// What reading the first snapshot leaves behind: several times what is kept of it. A heap that has little to do from then on would keep its size for good, and so
/// would the C library's, from which SQLite has its pages.
/// </summary>
internal static partial class StartGarbage
{
    /// <summary>Gives it back to the system. All threads stand still meanwhile: for when nobody waits for this worker yet.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = Trim(0);
            }
            catch (EntryPointNotFoundException)
            {
                // Another C library than glibc; musl's gives back by itself.
            }
        }
    }

    /// <param name="keepBytes">How much free memory to keep at the heap's end.</param>
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Trim(nuint keepBytes);
}
