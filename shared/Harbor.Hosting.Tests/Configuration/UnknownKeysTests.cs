using Harbor.Hosting.Configuration;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Microsoft.Extensions.Configuration;

namespace Harbor.Hosting.Tests.Configuration;

public sealed class UnknownKeysTests
{
    private static readonly OptionsSection[] _sections = [new(typeof(SampleOptions), "Harbor:Sample"), new(typeof(Dictionary<string, SampleOptions>), "Harbor:Many"), new(typeof(OtherOptions), "Harbor:Sample:Inner")];

    [Theory]
    [InlineData("Harbor:Sample:Prot", "Harbor:Sample:Port")]
    [InlineData("Harbor:Sample:Nested:Wiat", "Harbor:Sample:Nested:Wait")]
    [InlineData("Harbor:Many:one:Prt", "Harbor:Many:one:Port")]
    [InlineData("Harbor:Smple:Port", "Harbor:Sample")]
    public void Key_Misspelt_IsToldWithTheNearest(string key, string nearest)
    {
        var (unknown, suggestion) = Of(key).ShouldHaveSingleItem();
        key.ShouldStartWith(unknown);
        suggestion.ShouldBe(nearest);
    }

    [Theory]
    [InlineData("Harbor:Sample:Port")]
    [InlineData("harbor:sample:port")]
    [InlineData("Harbor:Sample:Url")]
    [InlineData("Harbor:Sample:Names:0")]
    [InlineData("Harbor:Sample:Inner:Key")]
    [InlineData("Harbor:Many:whatever:Nested:Wait")]
    [InlineData("Harbor:Proxy:SomethingOfAnotherProcess")]
    [InlineData("Other:Thing")]
    public void Key_Known_IsNotTold(string key) => Of(key).ShouldBeEmpty();

    [Fact]
    public async Task Start_WithAMisspeltKey_WarnsOfIt()
    {
        using var directory = new TemporaryDirectory("unknown");
        var settings = new Dictionary<string, string?> { ["Harbor:Logging:Directory"] = directory.Path, ["Harbor:Logging:Levle"] = "Debug" };
        await using (await TestHost.StartAsync(settings, [new TestModule()], TestContext.Current.CancellationToken))
        {
        }

        (await File.ReadAllTextAsync(directory.Combine("harbor_gateway.log"), TestContext.Current.CancellationToken))
            .ShouldContain("Nothing reads the setting Harbor:Logging:Levle; the nearest that is known is Harbor:Logging:Level");
    }

    private static List<(string Key, string Nearest)> Of(string key)
        => [.. UnknownKeys.Of(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)"1")]).Build(), _sections)];
}
