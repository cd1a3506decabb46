using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>kill -9, and a new start.</summary>
public sealed class RestartTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    [Fact]
    public async Task Kill_AndANewStart_HaveEveryPortBindingAndBackendAgain()
    {
        var app = RunningStandalone.NewId();
        var ids = Enumerable.Range(0, 10).Select(_ => RunningStandalone.NewId()).ToList();
        var before = new Dictionary<string, (int Port, int? IntPort)>();
        foreach (var id in ids)
        {
            var credentials = await harbor.Broker.PortForAsync(id, app);
            before[id] = (credentials.Port, credentials.IntPort);
        }

        var simulation = await harbor.NewSimulationAsync();
        var dea = simulation.AddDea();
        var containerPorts = before.Values.Select(binding => binding.IntPort!.Value).ToList();
        var alive = await dea.StartAsync(app, 0, containerPorts);
        var dying = await dea.StartAsync(app, 1, containerPorts);
        foreach (var (port, _) in before.Values)
        {
            await Eventually.GetAsync(() => EchoClient.TryAskAsync(port), id => id == dying.Id, $"an answer at port {port}", cancellationToken: TestContext.Current.CancellationToken);
        }

        // The DEA is cut off, and one of its instances dies meanwhile: nobody but its own attempt to connect can tell Harbor.
        dea.IsSilent = true;
        await harbor.Process.KillAsync();
        await dying.DisposeAsync();
        await harbor.Process.StartReadyAsync();

        foreach (var id in ids)
        {
            var credentials = await harbor.Broker.FetchBindingAsync(id, $"{id}-binding");
            (credentials.Port, credentials.IntPort).ShouldBe(before[id]);

            // Every one of them: a dead backend that got traffic would show in one of two.
            for (var i = 0; i < 4; i++)
            {
                (await EchoClient.TryAskAsync(credentials.Port)).ShouldBe(alive.Id);
            }
        }
    }

    [Fact]
    public async Task Stop_AndANewStart_Serve()
    {
        var app = RunningStandalone.NewId();
        var port = (await harbor.Broker.PortForAsync(RunningStandalone.NewId(), app)).Port;
        var simulation = await harbor.NewSimulationAsync();
        var instance = await simulation.AddDea().StartAsync(app, 0, [4100]);
        await Eventually.GetAsync(() => EchoClient.TryAskAsync(port), id => id == instance.Id, "an answer", cancellationToken: TestContext.Current.CancellationToken);

        await harbor.Process.StopAsync();
        ListeningPorts.IsTcpOpen(port).ShouldBeFalse();
        await harbor.Process.StartReadyAsync();

        (await EchoClient.TryAskAsync(port)).ShouldBe(instance.Id);
    }
}
