using Harbor.Hosting.Configuration;

namespace Harbor.Hosting.Tests.Configuration;

public sealed class EffectiveOptionsTests
{
    [Fact]
    public void Dictionary_AsOptions_IsShownByItsKeys()
    {
        var options = new Dictionary<string, SampleOptions> { ["default"] = new() { Port = 7, Names = [1, 2] } };

        EffectiveOptions.Of(options).ShouldBe([("default:Port", "7"), ("default:Mode", "Slow"), ("default:Nested:Wait", new NestedOptions().Wait.ToString()), ("default:Names:0", "1"), ("default:Names:1", "2")], ignoreOrder: true);
    }
}
