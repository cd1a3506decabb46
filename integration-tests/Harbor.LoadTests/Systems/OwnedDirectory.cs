using Harbor.Testing.Processes;

namespace Harbor.LoadTests.Systems;

/// <summary>A temporary directory among the parts of a system. Owns it.</summary>
internal sealed class OwnedDirectory(TemporaryDirectory directory) : IAsyncDisposable
{
    public string Path => directory.Path;

    public ValueTask DisposeAsync()
    {
        directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
