using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Harbor.State.Configuration;

/// <summary>Fills in the state file's place where the configuration names none.</summary>
internal sealed class StateOptionsDefaults(IConfiguration configuration) : IPostConfigureOptions<StateOptions>
{
    private const string SystemDirectory = "/var/lib/harbor";

    public void PostConfigure(string? name, StateOptions options)
    {
        if (options.Sqlite.Path.Length == 0)
        {
            options.Sqlite.Path = Path.Combine(DataDirectory(), "harbor.db");
        }
    }

    /// <summary>The system's directory where this user may have it (packages and images create it), else the user's own.</summary>
    private string DataDirectory()
    {
        if (configuration["Harbor:DataDirectory"] is { Length: > 0 } directory)
        {
            return directory;
        }

        if (OperatingSystem.IsLinux() && (Environment.IsPrivilegedProcess || IsWritable(SystemDirectory)))
        {
            return SystemDirectory;
        }

        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "harbor");
    }

    private static bool IsWritable(string directory)
    {
        try
        {
            using var probe = new FileStream(
                Path.Combine(directory, $".probe-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
