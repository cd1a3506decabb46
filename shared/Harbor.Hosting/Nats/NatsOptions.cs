using System.ComponentModel.DataAnnotations;

namespace Harbor.Hosting.Nats;

/// <summary>How the DEAs' NATS is reached.</summary>
public sealed class NatsOptions
{
    public const string Section = "Harbor:Nats";

    /// <summary>One or more servers, comma separated, as <c>nats://host:port</c> or <c>tls://host:port</c>. Default <c>nats://127.0.0.1:4222</c>: NATS's own port on this machine.</summary>
    [Required]
    public string Url { get; set; } = "nats://127.0.0.1:4222";

    /// <summary>User name, together with <see cref="Password"/>. Default none.</summary>
    public string? User { get; set; }

    [Secret]
    public string? Password { get; set; }

    /// <summary>A shared token instead of user and password. Default none.</summary>
    [Secret]
    public string? Token { get; set; }

    /// <summary>TLS settings. Default: plain unless the server or a <c>tls://</c> URL asks for TLS.</summary>
    public NatsTlsOptions Tls { get; set; } = new();

    /// <summary>Time between pings, which find a link that died without a word. Default 10 s: two missed ones stay below the DEA's own 30 s of silence.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Messages that may wait in one subscription. Default 16384: some 160 s of a thousand DEAs' heartbeats. When full the oldest is dropped and counted
    /// (<c>harbor_nats_messages_dropped_total</c>), since a newer heartbeat says more than an older one; waiting instead would stop pings too, and the server would cut the link.
    /// </summary>
    [Range(16, 1_048_576)]
    public int PendingMessages { get; set; } = 16384;

    /// <summary>Not supported: refused with a message. NKey authentication needs a package that Harbor does not carry.</summary>
    public string? NKey { get; set; }

    /// <inheritdoc cref="NKey"/>
    public string? NKeyFile { get; set; }

    /// <inheritdoc cref="NKey"/>
    [Secret]
    public string? Seed { get; set; }

    /// <inheritdoc cref="NKey"/>
    [Secret]
    public string? Jwt { get; set; }

    /// <inheritdoc cref="NKey"/>
    public string? CredsFile { get; set; }

    /// <inheritdoc cref="NKey"/>
    public string? CredentialsFile { get; set; }

    /// <summary>The servers of <see cref="Url"/>, without user information: safe to show.</summary>
    internal string Shown => string.Join(", ", Url.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(one => Uri.TryCreate(one, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Host}:{uri.Port}" : one));
}
