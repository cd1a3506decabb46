using System.Net;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Who may come in, and that a rule which changes under traffic is the next one's.</summary>
public sealed class AdmissionPolicyTests
{
    private static IPAddress Other { get; } = IPAddress.Parse("127.0.0.2");

    public static TheoryData<RelayEngineKind, Transport> All => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Deny_Client_IsRefusedAndOthersAreNot(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { Deny = [IPNetwork.Parse("127.0.0.2/32")] });
        await port.RefusesAsync(RefusalReason.Denied, Other);
        (await port.WhoAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Deny_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var old = await port.AnsweredAsync(Other);
        await port.PolicyAsync(policy => policy with { Deny = [IPNetwork.Parse("127.0.0.2/32")] });
        await port.RefusesAsync(RefusalReason.Denied, Other);
        (await old.AskAgainAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { Deny = [] });
        using var let = await port.AnsweredAsync(Other);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Allow_ChangedUnderTraffic_HoldsForNewOnesOnly(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var old = await port.AnsweredAsync();
        await port.PolicyAsync(policy => policy with { Allow = [IPNetwork.Parse("127.0.0.2/31")] });
        await port.RefusesAsync(RefusalReason.Denied);
        (await port.WhoAsync(Other)).ShouldBe('a');
        (await old.AskAgainAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnections_SetUnderTraffic_CountsThoseThatAreThere(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var first = await port.AnsweredAsync();
        await port.PolicyAsync(policy => policy with { MaxConnections = 2 });
        using var second = await port.AnsweredAsync();
        await port.RefusesAsync(RefusalReason.MaxConnections);
        await port.PolicyAsync(policy => policy with { MaxConnections = 3 });
        using var fourth = await port.AnsweredAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnections_OneLeaves_LetsTheNextIn(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { MaxConnections = 1 });
        using var first = await port.AnsweredAsync();
        await port.PolicyAsync(policy => policy with { IdleTimeout = TimeSpan.FromMilliseconds(100) });
        await port.Relay.EndedAsync(transport, EndReason.Idle);
        await port.PolicyAsync(policy => policy with { IdleTimeout = TimeSpan.FromMinutes(1) });
        (await port.WhoAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnectionsPerSource_AtTheCap_RefusesThatSourceOnly(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { MaxConnectionsPerSource = 1 });
        using var first = await port.AnsweredAsync();
        await port.RefusesAsync(RefusalReason.MaxConnectionsPerSource);
        (await port.WhoAsync(Other)).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnectionsPerSource_Changed_CountsThoseThatAreThere(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var first = await port.AnsweredAsync();
        using var second = await port.AnsweredAsync();
        await port.PolicyAsync(policy => policy with { MaxConnectionsPerSource = 2 });
        await port.RefusesAsync(RefusalReason.MaxConnectionsPerSource);
        await port.PolicyAsync(policy => policy with { MaxConnectionsPerSource = 3 });
        using var fourth = await port.AnsweredAsync();
        (await first.AskAgainAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task RatePerSource_FasterThanThat_RefusesThatSourceOnly(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        await port.PolicyAsync(policy => policy with { ConnectionRatePerSource = 1 });
        await port.AskUntilRefusedAsync(RefusalReason.RatePerSource);

        (await port.WhoAsync(Other)).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task RatePerSource_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var old = await port.AnsweredAsync();
        await port.PolicyAsync(policy => policy with { ConnectionRatePerSource = 1 });
        await port.AskUntilRefusedAsync(RefusalReason.RatePerSource);

        (await old.AskAgainAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { ConnectionRatePerSource = 0 });
        using var let = await port.AnsweredAsync();
    }
}
