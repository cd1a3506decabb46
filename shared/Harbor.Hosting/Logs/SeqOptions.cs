using System.ComponentModel.DataAnnotations;

namespace Harbor.Hosting.Logs;

/// <summary>The Seq server that collects the events of all services.</summary>
public sealed class SeqOptions
{
    /// <summary>Its address, <c>http://</c> or <c>https://</c>. Default none: no events are sent.</summary>
    public string? Url { get; set; }

    [Secret]
    public string? ApiKey { get; set; }

    /// <summary>
    /// Bytes of events a day that are kept on disk, in <c>seq</c> of the data directory, until Seq has them; what comes on top during an outage is lost to Seq.
    /// They outlive a restart. Default 256 MiB: an hour at 200 events a second.
    /// </summary>
    [Range(1_048_576L, 1L << 40)]
    public long BufferBytes { get; set; } = 256L << 20;
}
