namespace Harbor.Standalone.Nats;

/// <summary>Where programs are.</summary>
internal static class NatsServerProgram
{
    // Debian installs the server where only root's PATH looks.
    private static readonly string[] _alsoIn = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin"];

    public static string? Find(string? searchPath) => Find("nats-server", searchPath);

    public static string? Find(string program, string? searchPath)
        => (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(_alsoIn)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
}
