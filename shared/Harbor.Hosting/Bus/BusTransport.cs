namespace Harbor.Hosting.Bus;

/// <summary>What carries messages between the services.</summary>
public enum BusTransport
{
    /// <summary>A RabbitMQ server or cluster.</summary>
    RabbitMq,

    /// <summary>Within this process alone: for <c>standalone</c>.</summary>
    InMemory,
}
