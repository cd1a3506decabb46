namespace Harbor.State.Documents;

/// <summary>The store cannot be reached, or did not answer in time. Whether a write that ended so took place is unknown: read again.</summary>
public sealed class StateUnavailableException : Exception
{
    public StateUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
