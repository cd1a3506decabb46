using Harbor.Gateway.Tests.Running;

[assembly: AssemblyFixture(typeof(SharedGateway))]

namespace Harbor.Gateway.Tests.Running;

/// <summary>One gateway for all tests that need no other than a plain one. Each uses ids of its own, and stalls those alone.</summary>
public sealed class SharedGateway : IAsyncLifetime
{
    private GatewayRun? _run;

    internal GatewayRun Run => _run!;

    public async ValueTask InitializeAsync() => _run = await GatewayRun.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }
    }
}
