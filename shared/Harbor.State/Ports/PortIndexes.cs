namespace Harbor.State.Ports;

/// <summary>What ports can be asked for by.</summary>
public static class PortIndexes
{
    /// <summary>The service instance that holds the port now; unique. Not quarantined ports.</summary>
    public const string Owner = "owner";

    /// <summary>The service instance that holds the port, or held it last.</summary>
    public const string Instance = "instance";

    /// <summary>An application bound to the port.</summary>
    public const string App = "app";

    /// <summary>When the quarantine ends; <see cref="Documents.DocumentKeys.Of(DateTimeOffset)"/>.</summary>
    public const string QuarantinedUntil = "quarantinedUntil";
}
