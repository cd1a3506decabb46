using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.Routing;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Proxy.Tests.Routing;

public sealed class BackendAddressesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _asked = [];
    private Func<IPAddress[]> _answer = () => [IPAddress.Parse("10.0.4.7")];

    [Fact]
    public async Task Address_IsTakenAsItIs()
    {
        (await FindAsync("10.0.4.9")).ShouldBe(IPAddress.Parse("10.0.4.9"));
        _asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Name_IsAskedOnceInItsLifetime()
    {
        await FindAsync("dea-1");
        _time.Advance(BackendAddresses.Lifetime - TimeSpan.FromSeconds(1));
        await FindAsync("dea-1");

        _asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Name_ThatMoved_IsFoundAfterItsLifetime()
    {
        await FindAsync("dea-1");
        _answer = () => [IPAddress.Parse("10.0.4.8")];
        _time.Advance(BackendAddresses.Lifetime);

        (await FindAsync("dea-1")).ShouldBe(IPAddress.Parse("10.0.4.8"));
    }

    [Fact]
    public async Task Name_WithSeveralAddresses_KeepsTheOneInUse()
    {
        await FindAsync("dea-1");
        _answer = () => [IPAddress.Parse("10.0.4.8"), IPAddress.Parse("10.0.4.7")];
        _time.Advance(BackendAddresses.Lifetime);

        (await FindAsync("dea-1")).ShouldBe(IPAddress.Parse("10.0.4.7"));
    }

    [Fact]
    public async Task Name_WhileTheNameServerIsAway_KeepsItsAddress()
    {
        await FindAsync("dea-1");
        _answer = () => throw new SocketException((int)SocketError.TryAgain);
        _time.Advance(BackendAddresses.Lifetime);

        (await FindAsync("dea-1")).ShouldBe(IPAddress.Parse("10.0.4.7"));
    }

    [Fact]
    public async Task Name_ThatIsUnknown_IsMissing()
    {
        _answer = () => throw new SocketException((int)SocketError.HostNotFound);

        (await FindAsync("dea-1")).ShouldBeNull();
    }

    private async Task<IPAddress?> FindAsync(string host)
    {
        _addresses ??= new BackendAddresses(
            (name, _) =>
            {
                _asked.Add(name);
                return Task.FromResult(_answer());
            },
            _time);
        return (await _addresses.FindAsync([host], TestContext.Current.CancellationToken)).GetValueOrDefault(host);
    }

    private BackendAddresses? _addresses;
}
