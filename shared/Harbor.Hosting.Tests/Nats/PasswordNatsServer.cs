using Harbor.Testing.Servers;

namespace Harbor.Hosting.Tests.Nats;

/// <summary>A nats-server that lets nobody in without a password.</summary>
public sealed class PasswordNatsServer : NatsServer
{
    public const string User = "harbor";
    public const string Password = "let-me-in";

    public PasswordNatsServer() => Arguments = ["--user", User, "--pass", Password];
}
