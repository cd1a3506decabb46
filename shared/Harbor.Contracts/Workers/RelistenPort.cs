namespace Harbor.Contracts.Workers;

/// <summary>Command to every worker of the pool: close the port's listeners and open them again.</summary>
public sealed record RelistenPort
{
    public required string Pool { get; init; }

    public required int Port { get; init; }

    /// <summary>Whose port it was when that was asked for; another owner's is left alone. Null: whoever's, from a gateway that does not say yet.</summary>
    public string? ServiceInstanceId { get; init; }

    /// <summary>Of the owner's id. Null as above.</summary>
    public long? Life { get; init; }
}
