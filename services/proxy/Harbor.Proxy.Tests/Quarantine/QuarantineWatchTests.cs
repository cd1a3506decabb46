using System.Net;
using System.Net.Sockets;
using Harbor.Contracts.Ports;
using Harbor.Contracts.Workers;
using Harbor.Proxy.Quarantine;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.Tests.Quarantine;

/// <summary>Clients of a released port that still send.</summary>
public sealed class QuarantineWatchTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("harbor-proxy-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(PortProtocol.Tcp)]
    [InlineData(PortProtocol.Udp)]
    public async Task Client_OfAReleasedPortWhoseQuarantineEnds_IsReported(PortProtocol protocol)
    {
        await using var worker = await RunningWorker.StartAsync(_directory);
        var number = FreePorts.Next();
        var port = await worker.InsertAsync(Released(number, protocol));
        await StandsAsync(worker, 1);

        try
        {
            await SendAsync(number, protocol);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset)
        {
            // So the client learns that there is nobody; whether it is this quick is chance.
        }

        var said = await worker.SaidAsync<PortStillUsed>(_ => true, "PortStillUsed");
        (said.Port, said.ServiceInstanceId, said.Life, said.QuarantinedUntil).ShouldBe((number, port.ServiceInstanceId, port.Life, port.QuarantinedUntil));
    }

    [Fact]
    public async Task Port_WhoseQuarantineIsYoung_IsClosed()
    {
        await using var worker = await RunningWorker.StartAsync(_directory);
        var (young, ending) = (FreePorts.Next(), FreePorts.Next());
        await worker.InsertAsync(Released(young, PortProtocol.Tcp) with { QuarantinedUntil = TimeProvider.System.GetUtcNow().AddHours(1) });
        await worker.InsertAsync(Released(ending, PortProtocol.Tcp) with { ServiceInstanceId = "other" });
        await StandsAsync(worker, 1);

        (await Should.ThrowAsync<SocketException>(() => SendAsync(young, PortProtocol.Tcp))).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task Port_ThatGetsAnOwner_IsLeftToTheRelay()
    {
        await using var worker = await RunningWorker.StartAsync(_directory);
        var number = FreePorts.Next();
        var port = await worker.InsertAsync(Released(number, PortProtocol.Both));
        await StandsAsync(worker, 1);

        await worker.ReplaceAsync(port with { State = PortState.Active, Life = port.Life + 1, QuarantinedUntil = null, ReleasedAt = null });

        await worker.SaidAsync<PortOpened>(opened => opened.Port == number, "PortOpened");
        worker.Get<QuarantinePosts>().Count.ShouldBe(0);
        using var relay = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        relay.Bind(new IPEndPoint(IPAddress.IPv6Any, number));
    }

    private static Task StandsAsync(RunningWorker worker, int posts)
        => Eventually.TrueAsync(() => worker.Get<QuarantinePosts>().Count == posts, "the worker stands at the port", cancellationToken: Token);

    /// <summary>Its quarantine ends within the time for which the worker looks.</summary>
    private static PortDocument Released(int port, PortProtocol protocol) => TestPorts.Port(port, protocol: protocol) with
    {
        Life = 7,
        State = PortState.Quarantined,
        ReleasedAt = TimeProvider.System.GetUtcNow(),
        QuarantinedUntil = TimeProvider.System.GetUtcNow().AddSeconds(29),
    };

    private static async Task SendAsync(int port, PortProtocol protocol)
    {
        var stream = protocol is PortProtocol.Tcp;
        using var client = new Socket(AddressFamily.InterNetwork, stream ? SocketType.Stream : SocketType.Dgram, stream ? ProtocolType.Tcp : ProtocolType.Udp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Token);
        if (!stream)
        {
            await client.SendAsync(new byte[100], Token);
        }
    }
}
