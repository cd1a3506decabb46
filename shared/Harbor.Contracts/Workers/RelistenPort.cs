namespace Harbor.Contracts.Workers;

/// <summary>Command to every worker of the pool: close the port's listeners and open them again.</summary>
public sealed record RelistenPort
{
    public required string Pool { get; init; }

    public required int Port { get; init; }
}
