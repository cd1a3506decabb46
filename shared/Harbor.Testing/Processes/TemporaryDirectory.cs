namespace Harbor.Testing.Processes;

/// <summary>A directory of its own for one server or test, gone with it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory(string name) => Path = Directory.CreateTempSubdirectory($"harbor-{name}-").FullName;

    public string Path { get; }

    public string Combine(string file) => System.IO.Path.Combine(Path, file);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A dying server may still write here; the system cleans its temporary directory.
        }
    }
}
