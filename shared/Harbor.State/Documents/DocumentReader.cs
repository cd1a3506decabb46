using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Harbor.State.Documents;

/// <summary>
/// Reads many documents, passing over one that cannot be read (of a newer program, or not ours at all): it shall not take the others with
/// it. Says so once for each state of it.
/// </summary>
internal sealed partial class DocumentReader<T>(DocumentType<T> type, ILogger logger)
    where T : Document
{
    private readonly ConcurrentDictionary<(string Id, long Version), bool> _said = [];

    /// <summary>Null where it cannot be read.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="state">Which one it is, for the log.</param>
    public T? TryRead(Func<T> read, Func<(string Id, long Version)> state)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidCastException or KeyNotFoundException or NotSupportedException or FormatException)
        {
            var (id, version) = state();
            if (_said.TryAdd((id, version), true))
            {
                Log.Unreadable(logger, type.Collection, id, version, exception);
            }

            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5020, LogLevel.Error, "The document {Id} in {Collection}, version {Version}, cannot be read and is passed over.")]
        public static partial void Unreadable(ILogger logger, string collection, string id, long version, Exception exception);
    }
}
