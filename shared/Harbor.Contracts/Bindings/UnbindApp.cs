namespace Harbor.Contracts.Bindings;

/// <summary>Command to the node: the binding ends. The application's instances leave the port with its last binding. Idempotent; answered with <see cref="AppUnbound"/>.</summary>
public sealed record UnbindApp
{
    public required string BindingId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>The life of the service instance's id that was bound; a later one is not touched.</summary>
    public required long Life { get; init; }

    /// <summary>The life of the binding's id that ends; a later one is not touched. Null for whichever it is.</summary>
    public long? BindingLife { get; init; }
}
