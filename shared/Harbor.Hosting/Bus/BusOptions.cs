namespace Harbor.Hosting.Bus;

/// <summary>The bus between the services.</summary>
public sealed class BusOptions
{
    public const string Section = "Harbor:Bus";

    /// <summary>Default <see cref="BusTransport.RabbitMq"/>: services in processes of their own need a broker. <c>standalone</c> sets <see cref="BusTransport.InMemory"/>.</summary>
    public BusTransport Transport { get; set; } = BusTransport.RabbitMq;

    public RabbitMqOptions RabbitMq { get; set; } = new();
}
