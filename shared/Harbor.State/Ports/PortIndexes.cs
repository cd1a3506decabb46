namespace Harbor.State.Ports;

/// <summary>What ports can be asked for by.</summary>
public static class PortIndexes
{
    /// <summary>The service instance that holds the port now; unique. Not quarantined ports.</summary>
    public const string Owner = "owner";

    /// <summary>
    /// Whom the port concerns: the service instance that holds it or held it last (<see cref="OfInstance"/>), and each bound application (<see cref="OfApp"/>).
    /// One index for both, since some servers write a document's every index anew with each change of its backends.
    /// </summary>
    public const string Party = "party";

    /// <summary>When the quarantine ends; <see cref="Documents.DocumentKeys.Of(DateTimeOffset)"/>.</summary>
    public const string QuarantinedUntil = "quarantinedUntil";

    /// <summary>The key in <see cref="Party"/> of a service instance.</summary>
    public static string OfInstance(string serviceInstanceId) => $"instance:{serviceInstanceId}";

    /// <summary>The key in <see cref="Party"/> of an application.</summary>
    public static string OfApp(string appGuid) => $"app:{appGuid}";
}
