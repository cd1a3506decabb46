namespace Harbor.Hosting.Tests.Bus;

public sealed record Pong
{
    public required int Number { get; init; }
}
