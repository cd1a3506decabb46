using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Harbor.Hosting.Logs;

/// <summary>
/// The directory where one process keeps what Seq does not have yet. Owned by a lock, which the system gives up however the process ends: a
/// second process of the same service on this machine takes the next directory, and a restart takes its own again and sends what is left.
/// </summary>
internal sealed class SeqBuffer : IDisposable
{
    private readonly FileStream _lock;

    private SeqBuffer(string directory, FileStream @lock)
    {
        BaseFile = Path.Combine(directory, "events");
        _lock = @lock;
    }

    /// <summary>What the sink makes its file names from.</summary>
    public string BaseFile { get; }

    public static string Root(IConfiguration configuration) => Path.Combine(configuration["Harbor:DataDirectory"] ?? ".", "seq");

    public static SeqBuffer Take(string root, string service)
    {
        for (var number = 1; ; number++)
        {
            var directory = Path.Combine(root, number == 1 ? service : string.Create(CultureInfo.InvariantCulture, $"{service}-{number}"));
            Directory.CreateDirectory(directory);
            try
            {
                return new SeqBuffer(directory, new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (number < 64)
            {
                // Another process has it.
            }
        }
    }

    public void Dispose() => _lock.Dispose();
}
