using Harbor.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Tests.Configuration;

public sealed class StartOptionsTests
{
    [Fact]
    public async Task Options_WrongInManyWays_AreAllReportedAtOnce()
    {
        var failure = await StartAsync(
            new()
            {
                ["Harbor:Gateway:Url"] = "gopher://here",
                ["Harbor:Sample:Port"] = "abc",
                ["Harbor:Sample:Mode"] = "Fastest",
                ["Harbor:Sample:Nested:Wait"] = "soon",
                ["Harbor:Sample:Names:1"] = "one",
                ["Harbor:Other:Count"] = "70000",
                ["Harbor:Foreign:Name"] = "bad",
                ["Harbor:Nats:PendingMessages"] = "1",
                ["Harbor:Nats:User"] = "alone",
                ["Harbor:Nats:CredsFile"] = "/etc/nats.creds",
                ["Harbor:Bus:Transport"] = "Pigeon",
            });

        failure.ExitCode.ShouldBe(78, failure.InnerException?.ToString());
        failure.Problems.ShouldBe(
        [
            "Harbor:Bus:Transport = 'Pigeon': is not one of RabbitMq, InMemory.",
            "Harbor:Foreign:Name = 'bad': must not be bad.",
            "Harbor:Gateway:Url = 'gopher://here': must be an http or https URL without a path, such as http://127.0.0.1:8080.",
            "Harbor:Nats:CredsFile: NKey and credentials-file authentication is not supported; use User and Password, Token, or a TLS client certificate.",
            "Harbor:Nats:Password: must be set, because its other half is.",
            "Harbor:Other:Count = '70000': must be from 1 to 65535.",
            "Harbor:Other:Key: must be set.",
            "Harbor:Sample:Mode = 'Fastest': is not one of Slow, Fast.",
            "Harbor:Sample:Names:1 = 'one': is not a whole number in the range of its type.",
            "Harbor:Sample:Nested:Wait = 'soon': is not a time span such as 00:00:10.",
            "Harbor:Sample:Port = 'abc': is not a whole number in the range of its type.",
        ], ignoreOrder: true);
    }

    [Fact]
    public async Task Options_AnnotationsBroken_NameKeyValueAndBoundButNoSecret()
    {
        var failure = await StartAsync(new() { ["Harbor:Other:Key"] = "short-secret-s" });

        failure.Problems.ShouldBe(["Harbor:Other:Key = '********': must have a length of at least 20."]);
    }

    [Fact]
    public async Task File_Missing_IsAConfigurationError()
    {
        var failure = await Should.ThrowAsync<HarborStartException>(
            HarborProcess.StartAsync(["--config", "/nowhere/harbor.json"], new HarborProcessOptions { ReadSurroundings = false }, [new TestModule()], TestContext.Current.CancellationToken));

        failure.ExitCode.ShouldBe(78);
        failure.Message.ShouldContain("/nowhere/harbor.json");
    }

    [Fact]
    public async Task CommandLine_Given_WinsOverFileAndDefaults()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, """{"Harbor":{"Sample":{"Port":2,"Mode":"Fast"}}}""", TestContext.Current.CancellationToken);
        var options = new HarborProcessOptions
        {
            ReadSurroundings = false,
            Defaults = new Dictionary<string, string?> { ["Harbor:Sample:Port"] = "1", ["Harbor:Bus:Transport"] = "InMemory", ["Harbor:Gateway:Url"] = "http://127.0.0.1:0", ["Harbor:Logging:Console"] = "None" },
        };
        var module = new TestModule { OnServices = builder => builder.AddHarborOptions<SampleOptions>("Harbor:Sample") };

        await using var process = await HarborProcess.StartAsync(["--config", file, "--Harbor:Sample:Port=3"], options, [module], TestContext.Current.CancellationToken);

        var sample = process.App.Services.GetRequiredService<IOptions<SampleOptions>>().Value;
        (sample.Port, sample.Mode).ShouldBe((3, SampleMode.Fast));
    }

    private static async Task<HarborStartException> StartAsync(Dictionary<string, string?> settings)
    {
        var module = new TestModule
        {
            OnServices = builder =>
            {
                builder.AddHarborOptions<SampleOptions>("Harbor:Sample");
                builder.AddHarborOptions<SampleOptions>("Harbor:Sample");
                builder.AddHarborOptions<OtherOptions>("Harbor:Other");
                builder.AddHarborNats();

                // As a library registers them that does not know Harbor.Hosting.
                builder.Services.AddOptions<ForeignOptions>().Bind(builder.Configuration.GetSection("Harbor:Foreign")).ValidateOnStart();
                builder.Services.AddSingleton<IValidateOptions<ForeignOptions>, ForeignOptionsValidator>();
            },
        };
        return await Should.ThrowAsync<HarborStartException>(TestHost.StartAsync(settings, [module], TestContext.Current.CancellationToken));
    }
}
