using System.Diagnostics.Metrics;
using System.Net;
using Harbor.Proxy.DataPlane.Linux;
using Harbor.Proxy.DataPlane.Listening;
using Harbor.Proxy.DataPlane.Metrics;
using Harbor.Proxy.DataPlane.Tests.Behaviour;
using Harbor.Testing.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.Proxy.DataPlane.Tests.Linux;

/// <summary>A port that another process holds, and who that is.</summary>
public sealed class TakenPortTests
{
    [Fact]
    public async Task Holder_WhileItIsLookedFor_KeepsNoOtherPortWaiting()
    {
        Assert.SkipUnless(LinuxRelayEngine.IsSupported, "needs Linux");
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var context = new RelayContext(new RelayOptions(), TimeProvider.System, new RelayMetrics(services.GetRequiredService<IMeterFactory>()), NullLoggerFactory.Instance);
        var isLooking = new TaskCompletionSource();
        using var found = new ManualResetEventSlim();
        await using var engine = new LinuxRelayEngine(context, (_, _) =>
        {
            isLooking.SetResult();
            found.Wait(TestContext.Current.CancellationToken);
            return "somebody (1)";
        });
        var port = FreePorts.Next();
        using var holder = ListenSockets.Open(IPAddress.IPv6Any, port, Transport.Tcp, 1);

        var taken = Task.Run(async () => await engine.ApplyAsync(PortAt(port), CancellationToken.None), TestContext.Current.CancellationToken);
        await isLooking.Task.WithinAsync("the holder to be looked for");
        var other = await engine.ApplyAsync(PortAt(FreePorts.Next()), CancellationToken.None).AsTask().WithinAsync("another port to be opened meanwhile");
        found.Set();
        var result = await taken.WithinAsync("the taken port's answer");

        other.IsOpen.ShouldBeTrue();
        (result.IsOpen, result.Transport, result.Reason, result.Holder).ShouldBe((false, Transport.Tcp, "address already in use", "somebody (1)"));
    }

    private static PortSnapshot PortAt(int port) => new() { Port = port, Transports = Transports.Tcp, Owner = "7f1c-owner" };
}
