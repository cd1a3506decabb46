using Harbor.Node.Routes;
using Harbor.State.Ports;

namespace Harbor.Node.Tests.Routes;

/// <summary>What a stored backend keeps: the workers take another time at the same address for another process, and reset who is connected.</summary>
public sealed class BackendMergeTests
{
    private static readonly DateTimeOffset _then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly BackendEntry _stored = new() { Host = "10.0.4.7", Port = 61_044, AppGuid = "mud", InstanceId = "i1", DeaId = "d1", Since = _then };

    [Fact]
    public void Time_OfAProcessWithANewInstanceId_IsKept()
        => Merged(Backend("mud", "i2") with { FormerInstance = "i1" }).ShouldBe(_stored with { InstanceId = "i2" });

    [Fact]
    public void Time_OfAProcessThatWasKnownByItsAddressAlone_IsKept()
        => BackendMerge.Merge([_stored with { InstanceId = null }], [Backend("mud", "i1")], _ => true, _ => true).Backends.ShouldHaveSingleItem().Since.ShouldBe(_then);

    [Fact]
    public void Time_OfAProcessOnADeaWithANewId_IsKept()
        => Merged(Backend("mud", "i1") with { Dea = "d9" }).ShouldBe(_stored with { DeaId = "d9" });

    [Theory]
    [InlineData("mud", "i2")]
    [InlineData("chat", "i1")]
    public void Time_OfAnotherProcess_IsItsOwn(string app, string instance) => Merged(Backend(app, instance)).Since.ShouldBe(_then.AddMinutes(1));

    [Fact]
    public void Entry_OfAnotherNodesDea_IsLeftAlone()
        => BackendMerge.Merge([_stored], [], dea => dea != "d1", _ => false).Backends.ShouldHaveSingleItem().ShouldBe(_stored);

    private static Backend Backend(string app, string instance) => new()
    {
        Address = new(HostAddress.Parse("10.0.4.7")!.Value, 61_044),
        App = app,
        Instance = instance,
        Index = null,
        Dea = "d1",
        Draining = false,
        Since = _then.AddMinutes(1),
    };

    private BackendEntry Merged(Backend backend) => BackendMerge.Merge([_stored], [backend], _ => true, _ => true).Backends.ShouldHaveSingleItem();
}
