using Harbor.Testing.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Hosting.Tests.Configuration;

/// <summary>Alone, because stderr belongs to the whole process.</summary>
[Collection(nameof(StandardErrorTests))]
[CollectionDefinition(nameof(StandardErrorTests), DisableParallelization = true)]
public sealed class StandardErrorTests
{
    [Fact]
    public async Task Run_WrongConfiguration_Exits78WithTheReasonsAndStartsNothing()
    {
        var started = false;
        var module = new TestModule { OnServices = builder => builder.Services.AddHostedService(_ => new Starter(() => started = true)) };

        var (code, text) = await RunAsync(module, "--Harbor:Gateway:Url=nonsense", "--Harbor:Bus:Transport=RabbitMq");

        code.ShouldBe(78);
        text.ShouldContain("the configuration is wrong");
        text.ShouldContain("Harbor:Gateway:Url = 'nonsense'");
        text.ShouldContain("Harbor:Bus:RabbitMq:Uri: must be set");
        started.ShouldBeFalse();
    }

    [Fact]
    public async Task Run_NatsUnreachable_Exits69NamingIt()
    {
        var port = FreePorts.Next();
        var module = new TestModule { OnServices = builder => builder.AddHarborNats() };

        var (code, text) = await RunAsync(module, "--Harbor:Gateway:Url=http://127.0.0.1:0", "--Harbor:Bus:Transport=InMemory", $"--Harbor:Nats:Url=nats://127.0.0.1:{port}", "--Harbor:Start:DependencyTimeout=00:00:00.5");

        code.ShouldBe(69);
        text.ShouldContain($"nats: NATS at nats://127.0.0.1:{port} (Harbor:Nats:Url) does not answer");
    }

    [Fact]
    public async Task Run_RabbitMqUnreachable_Exits69NamingItWithoutThePassword()
    {
        var port = FreePorts.Next();

        var (code, text) = await RunAsync(
            new TestModule(), "--Harbor:Gateway:Url=http://127.0.0.1:0", $"--Harbor:Bus:RabbitMq:Uri=amqp://harbor:hush-hush@127.0.0.1:{port}/v", "--Harbor:Start:DependencyTimeout=00:00:00");

        code.ShouldBe(69);
        text.ShouldContain($"bus: RabbitMQ at 127.0.0.1:{port}, vhost v, user harbor (Harbor:Bus:RabbitMq:Uri)");
        text.ShouldNotContain("hush-hush");
    }

    [Fact]
    public async Task Run_PortTaken_Exits1NamingTheAddress()
    {
        var port = FreePorts.Next();
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        other.Start();

        var (code, text) = await RunAsync(new TestModule(), $"--Harbor:Gateway:Url=http://127.0.0.1:{port}", "--Harbor:Bus:Transport=InMemory");

        code.ShouldBe(1);
        text.ShouldContain($"http://127.0.0.1:{port}");
    }

    private static async Task<(int Code, string Text)> RunAsync(IHarborModule module, params string[] args)
    {
        var before = Console.Error;
        await using var writer = new StringWriter();
        Console.SetError(writer);
        try
        {
            return (await HarborProcess.RunAsync([.. args, "--Harbor:Logging:Console=None"], new HarborProcessOptions { ReadSurroundings = false }, module), writer.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }

    private sealed class Starter(Action started) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            started();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
