using System.Net;
using System.Net.Sockets;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>Another process sits on ports of the range.</summary>
public sealed class PortConflictTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    [Fact]
    public async Task Port_HeldByAnotherProcess_IsAvoided()
    {
        // All of the range but the last port, so that a random choice all but certainly meets a bad one.
        var held = Enumerable.Range(harbor.Range.First, harbor.Range.Count - 1).Select(Hold).ToList();
        try
        {
            var id = RunningStandalone.NewId();
            using var answer = await harbor.Broker.ProvisionAsync(id, new { protocol = "tcp", port = harbor.Range.First });
            answer.StatusCode.ShouldNotBe(HttpStatusCode.InternalServerError);
            answer.IsSuccessStatusCode.ShouldBeFalse("the port that was asked for is held");
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }

        // Free again: it can be had. The gateway asks the worker anew, so it may take a moment.
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await harbor.Broker.ProvisionAsync(RunningStandalone.NewId(), new { protocol = "tcp", port = harbor.Range.First });
                return again.StatusCode == HttpStatusCode.Created;
            },
            "the port once it is free",
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private static Socket Hold(int port)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        socket.Listen();
        return socket;
    }
}
