using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Harbor.Hosting.Tests;

public sealed class HarborProcessTests
{
    private static readonly string[] _alone = ["--Harbor:Bus:Transport=InMemory", "--Harbor:Gateway:Url=http://127.0.0.1:0"];

    [Fact]
    public async Task Module_Started_ServesItsEndpointsAndHealth()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var module = new TestModule { OnMap = app => app.MapGet("/hello", () => Results.Text("harbor")) };
        await using var process = await HarborProcess.StartAsync(_alone, new HarborProcessOptions { ReadSurroundings = false }, [module], cancellation);

        using var http = new HttpClient { BaseAddress = new Uri(process.App.Urls.Single()) };
        (await http.GetStringAsync("/hello", cancellation)).ShouldBe("harbor");
        (await http.GetAsync("/health/live", cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/health/ready", cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("--Harbor:Users:0=alice", null)]
    [InlineData("--Harbor:Other=1", "harbor")]
    public async Task Fallbacks_SeeWhatIsConfigured_AndLieBelowIt(string argument, string? expected)
    {
        var options = new HarborProcessOptions
        {
            ReadSurroundings = false,
            Fallbacks = configured => configured["Harbor:Users:0"] is null
                ? new Dictionary<string, string?> { ["Harbor:Users:1"] = "harbor", ["Harbor:Other"] = "2" }
                : new Dictionary<string, string?>(),
        };
        await using var process = await HarborProcess.StartAsync([.. _alone, argument], options, [new TestModule()], TestContext.Current.CancellationToken);

        process.App.Configuration["Harbor:Users:1"].ShouldBe(expected);
        process.App.Configuration["Harbor:Other"].ShouldBe(expected is null ? null : "1");
    }
}
