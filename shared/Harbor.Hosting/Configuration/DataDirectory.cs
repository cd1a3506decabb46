namespace Harbor.Hosting.Configuration;

/// <summary>Where a process keeps its own files unless <c>Harbor:DataDirectory</c> says otherwise.</summary>
internal static class DataDirectory
{
    private const string System = "/var/lib/harbor";

    /// <summary>The system's place for such data if this user may write there, else the user's own. Nothing is created here.</summary>
    public static string Default() => Environment.IsPrivilegedProcess || IsWritable(System)
        ? System
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "harbor");

    private static bool IsWritable(string directory)
    {
        try
        {
            using var probe = new FileStream(
                Path.Combine(directory, $".probe-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
