namespace Harbor.State.Documents;

/// <summary>How an index's keys are compared with the key asked for.</summary>
public enum KeyMatch
{
    Equal,
    UpTo,
}
