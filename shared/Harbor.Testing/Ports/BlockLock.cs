namespace Harbor.Testing.Ports;

/// <summary>Exclusive locks on the files of some adjacent port blocks.</summary>
internal sealed class BlockLock : IDisposable
{
    private static readonly string _directory = Path.Combine(Path.GetTempPath(), "harbor-test-ports");

    private readonly List<FileStream> _files = [];

    public static BlockLock? TryTake(int first, int count)
    {
        Directory.CreateDirectory(_directory);
        var taken = new BlockLock();
        try
        {
            for (var block = first; block < first + count; block++)
            {
                taken._files.Add(new FileStream(Path.Combine(_directory, $"{block}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }

            return taken;
        }
        catch (IOException)
        {
            taken.Dispose();
            return null;
        }
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());
}
