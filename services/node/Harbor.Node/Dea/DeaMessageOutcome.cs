namespace Harbor.Node.Dea;

/// <summary>What became of a message from NATS.</summary>
internal enum DeaMessageOutcome
{
    Applied,

    /// <summary>No body. Some subjects are said so; none of those that are listened to needs one without.</summary>
    Empty,

    /// <summary>No JSON, not an object, or nested too deep.</summary>
    Malformed,

    /// <summary>Over 1 MiB: no server of the platform's time lets it pass.</summary>
    TooLarge,

    /// <summary>JSON, but without a usable application, instance or address.</summary>
    Unusable,

    /// <summary>Applying it failed, which is a bug; the event is lost, the listener is not.</summary>
    Failed,
}
