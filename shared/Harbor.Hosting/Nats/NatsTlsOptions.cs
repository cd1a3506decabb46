namespace Harbor.Hosting.Nats;

/// <summary>TLS towards NATS. Naming any of these asks for TLS.</summary>
public sealed class NatsTlsOptions
{
    /// <summary>PEM file of the authorities that the server's certificate is checked against. Default: the system's.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file of the client's certificate; together with <see cref="KeyFile"/>. Default none.</summary>
    public string? CertFile { get; set; }

    /// <summary>PEM file of the client's key. Default none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Takes any server certificate: for tests only. Default false.</summary>
    public bool Insecure { get; set; }

    internal bool IsSet => CaFile is not null || CertFile is not null || KeyFile is not null || Insecure;
}
