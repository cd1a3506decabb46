namespace Harbor.Hosting.Tests.Bus;

public sealed record Ping
{
    public required int Number { get; init; }
}
