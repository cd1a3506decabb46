using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>Each parameter that can be updated: a PATCH to the broker, and what then comes of clients of the port, while a conversation through it goes on and its sockets stay.</summary>
public sealed class UpdateTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static IPAddress Elsewhere { get; } = IPAddress.Parse("127.0.0.2");

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Balance_Updated_HoldsForTheNextClients(string protocol)
    {
        await using var port = await BusyPort.StartAsync(harbor, protocol);

        foreach (var (mode, instances) in (IEnumerable<(string, int)>)[("round_robin", 2), ("first", 1), ("round_robin", 2), ("first", 1)])
        {
            await port.UpdateAsync(new { balance = mode });
            await port.BecomesAsync(async () => (await port.AskAsync(6)) is var who && !who.Contains("") && who.Distinct().Count() == instances, $"{mode} in effect");
        }

        (await port.AskAsync(6)).ShouldAllBe(who => who == port.Instances[0].Id);
        await port.HasGoneOnAsync();
    }

    [Theory]
    [InlineData("tcp", "v1", "PROXY TCP4 127.0.0.1 127.0.0.1")]
    [InlineData("tcp", "v2", "\r\r\0\rQUIT")]
    [InlineData("udp", "v2", "\r\n\r\n\0\r\nQUIT\n")]
    public async Task ProxyProtocol_Updated_HoldsForTheNextClients(string protocol, string version, string header)
    {
        await using var port = await BusyPort.StartAsync(harbor, protocol);

        await port.UpdateAsync(new { proxy_protocol = version });
        await port.BecomesAsync(async () => (await port.HeardAsync()).StartsWith(header, StringComparison.Ordinal), "the header comes first");
        await port.UpdateAsync(new { proxy_protocol = "off" });
        await port.BecomesAsync(async () => await port.HeardAsync() == "hello", "no header comes");
        await port.HasGoneOnAsync();
    }

    public static TheoryData<string, string, string> Refusals => new(
        from protocol in (string[])["tcp", "udp"]
        from change in (IEnumerable<(string, string)>)[("""{"deny":["127.0.0.0/8"]}""", """{"deny":[]}"""), ("""{"allow":["10.0.0.0/8"]}""", """{"allow":[]}"""), ("""{"max_connections":1}""", """{"max_connections":0}""")]
        select (protocol, change.Item1, change.Item2));

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Rule_Updated_TurnsTheNextClientsAwayUntilItIsTakenBack(string protocol, string rule, string back)
    {
        await using var port = await BusyPort.StartAsync(harbor, protocol);

        await port.UpdateAsync(JsonNode.Parse(rule)!);
        await port.BecomesAsync(async () => (await port.AskAsync(3)).All(who => who == ""), "nobody is let in");
        (await port.AskAsync(3, Elsewhere)).ShouldAllBe(who => who == "");
        await port.UpdateAsync(JsonNode.Parse(back)!);
        await port.BecomesAsync(async () => (await port.AskAsync(3)).All(who => who != ""), "everybody is let in");
        await port.HasGoneOnAsync();
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task MaxConnectionsPerSource_Updated_TurnsTheNextClientsOfThatSourceAway(string protocol)
    {
        await using var port = await BusyPort.StartAsync(harbor, protocol);

        await port.UpdateAsync(new { max_connections_per_source = 1 });
        await port.BecomesAsync(async () => (await port.AskAsync(3)).All(who => who == ""), "nobody of the conversation's source is let in");
        (await port.AskAsync(1, Elsewhere)).ShouldNotContain("");
        await port.UpdateAsync(new { max_connections_per_source = 0 });
        await port.BecomesAsync(async () => (await port.AskAsync(3)).All(who => who != ""), "everybody is let in");
        await port.HasGoneOnAsync();
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task ConnectionRatePerSource_Updated_TurnsAwayWhoComesTooFast(string protocol)
    {
        await using var port = await BusyPort.StartAsync(harbor, protocol);

        await port.UpdateAsync(new { connection_rate_per_source = 1 });
        await port.BecomesAsync(async () => (await port.AskAsync(8)).Count(who => who == "") >= 4, "most of a crowd are turned away");
        (await port.AskAsync(1, Elsewhere)).ShouldNotContain("");
        await port.UpdateAsync(new { connection_rate_per_source = 0 });
        await port.BecomesAsync(async () => (await port.AskAsync(8)).All(who => who != ""), "everybody is let in");
        await port.HasGoneOnAsync();
    }

    [Fact]
    public async Task IdleTimeout_Updated_EndsAQuietConnectionAndNotTheOther()
    {
        await using var port = await BusyPort.StartAsync(harbor, "tcp");
        using var quiet = await EchoClient.ConnectAsync(port.Number);

        await port.UpdateAsync(new { idle_timeout_seconds = 1 });

        await Should.ThrowAsync<SocketException>(quiet.ReadByteAsync);
        await port.HasGoneOnAsync();
    }

    [Fact]
    public async Task IdleTimeout_Updated_EndsAQuietSessionAndNotTheOther()
    {
        await using var port = await BusyPort.StartAsync(harbor, "udp", new { balance = "first" });
        using var quiet = new EchoDatagrams(port.Number);
        await quiet.GreetedByAsync();

        await port.UpdateAsync(new { idle_timeout_seconds = 1 });

        await port.BecomesAsync(
            async () =>
            {
                // Silence for longer than the timeout, until nothing more comes of what was said before; then a greeting is one of a new session.
                for (var silent = 0; silent < 4; silent += await quiet.ReceiveAsync() is null ? 1 : 0)
                {
                }

                await quiet.SendAsync("again");
                return (await quiet.ReceiveAsync())?.Contains(" instance ", StringComparison.Ordinal) == true;
            },
            "the session has ended");
        await port.HasGoneOnAsync();
    }

    [Fact]
    public async Task ConnectTimeout_Updated_LeavesABackendThatDoesNotAnswer()
    {
        await using var port = await BusyPort.StartAsync(harbor, "tcp", new { balance = "round_robin", connect_timeout_ms = 60_000 }, count: 1);
        using var deaf = await DeafListener.StartAsync();
        await using var nats = new NatsConnection(new NatsOpts { Url = harbor.NatsUrl });
        await nats.PublishAsync(
            "harbor.register",
            Encoding.UTF8.GetBytes($$"""{"dea":"deaf","app":"{{port.App}}","instance":"deaf","index":1,"host":"127.0.0.1","ports":[{"container_port":4100,"host_port":{{deaf.Port}}}]}"""),
            cancellationToken: Cancelled);
        await port.BecomesAsync(async () => await WaitsAsync(port.Number), "a client waits for a backend that does not answer");

        await port.UpdateAsync(new { connect_timeout_ms = 100 });

        // Two in turns: of so many clients at once half would wait for a minute.
        await port.BecomesAsync(async () => !await WaitsAsync(port.Number) && !await WaitsAsync(port.Number), "nobody waits any more");
        (await port.AskAsync(6)).ShouldAllBe(who => who == port.Instances[0].Id);
        await port.HasGoneOnAsync();
    }

    /// <summary>Without a conversation: it is for where there is no backend.</summary>
    [Fact]
    public async Task Hold_Updated_LetsTheNextClientsWaitForAnInstance()
    {
        var (instance, app) = (RunningStandalone.NewId(), RunningStandalone.NewId());
        var port = (await harbor.Broker.PortForAsync(instance, app, new { protocol = "both" })).Port;
        var sockets = ListeningPorts.SocketsAt(port);
        (await EchoClient.TryAskAsync(port)).ShouldBeNull();

        await harbor.Broker.UpdatedAsync(instance, new { hold_seconds = 60 });
        await Eventually.TrueAsync(() => WaitsAsync(port), "a client is held", cancellationToken: Cancelled);
        using var client = await EchoClient.OpenAsync(port);
        using var datagrams = new EchoDatagrams(port);
        await datagrams.SendAsync("hello");
        (await datagrams.ReceiveAsync()).ShouldBeNull();
        var started = await (await harbor.NewSimulationAsync()).AddDea().StartAsync(app, 0, [4100]);

        EchoClient.InstanceOf(await client.ReadLineAsync()).ShouldBe(started.Id);
        EchoClient.InstanceOf((await datagrams.ReceiveAsync()).ShouldNotBeNull()).ShouldBe(started.Id);
        ListeningPorts.SocketsAt(port).ShouldBe(sockets);
    }

    /// <summary>A new client is neither served nor sent away for a while.</summary>
    private static async Task<bool> WaitsAsync(int port)
    {
        using var client = await EchoClient.OpenAsync(port);
        try
        {
            await client.ReadByteAsync().WaitAsync(TimeSpan.FromMilliseconds(600), Cancelled);
            return false;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }
}
