using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>Another process sits on ports of the range.</summary>
public sealed class PortConflictTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    [Theory]
    [InlineData("tcp", SocketType.Stream)]
    [InlineData("udp", SocketType.Dgram)]
    [InlineData("both", SocketType.Stream)]
    [InlineData("both", SocketType.Dgram)]
    public async Task RequestedPort_HeldByAnotherProcess_IsRefusedUntilItIsFree(string protocol, SocketType holder)
    {
        var port = harbor.Range.First + (holder is SocketType.Dgram ? 1 : 0) + (protocol is "both" ? 2 : 0);
        using (Hold(port, holder))
        {
            using var answer = await harbor.Broker.ProvisionAsync(RunningStandalone.NewId(), new { protocol, port });
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain(port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        // Free again: it can be had. The gateway asks the worker anew, so it may take a moment.
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await harbor.Broker.ProvisionAsync(RunningStandalone.NewId(), new { protocol, port });
                return again.StatusCode == HttpStatusCode.Created;
            },
            "the port once it is free",
            cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Ports_ThatAreMetAtRandomAndHeld_AreLeftForOthersUntilTheyAreFree()
    {
        // Few enough for the attempts of one provision: whichever it meets first, it ends at the one that is free.
        await using var few = new RunningStandalone(5);
        await few.InitializeAsync();
        var held = Enumerable.Range(few.Range.First, few.Range.Count - 1).ToList();
        var sockets = held.ConvertAll(port => Hold(port));
        try
        {
            var port = (await few.Broker.PortForAsync(RunningStandalone.NewId(), RunningStandalone.NewId())).Port;
            port.ShouldBe(few.Range.Last);

            // Nothing is left but what is held: this one meets all that the first has not.
            using (var exhausted = await few.Broker.ProvisionAsync(RunningStandalone.NewId()))
            {
                exhausted.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            }

            (await RefusedAsync(few)).ShouldBe(held);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        await Eventually.GetAsync(() => RefusedAsync(few), refused => refused.Count == 0, "the worker finds them free", cancellationToken: TestContext.Current.CancellationToken);
        var again = await Task.WhenAll(held.Select(_ => few.Broker.PortForAsync(RunningStandalone.NewId(), RunningStandalone.NewId())));
        again.Select(credentials => credentials.Port).Order().ShouldBe(held);
    }

    /// <summary>The ports that the worker says it cannot open.</summary>
    private static async Task<List<int>> RefusedAsync(RunningStandalone harbor)
    {
        var workers = await harbor.Broker.Http.GetFromJsonAsync<JsonArray>("/admin/v1/workers", TestContext.Current.CancellationToken);
        return [.. workers!.SelectMany(worker => worker!["refused"]!.AsArray()).Select(refused => (int)refused!["port"]!).Order()];
    }

    private static Socket Hold(int port, SocketType type = SocketType.Stream)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, type, type is SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        if (type is SocketType.Stream)
        {
            socket.Listen();
        }

        return socket;
    }
}
