namespace Harbor.Testing.Servers;

/// <summary>A nats-server for one test class alone, as a child process that can be killed and restarted.</summary>
public sealed class OwnNatsServer : NatsServer
{
    protected override bool IsOwn => true;
}
