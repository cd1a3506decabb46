using Harbor.Hosting.Configuration;
using Harbor.Hosting.Tests.Configuration;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;

namespace Harbor.Hosting.Tests.Logs;

public sealed class SecretsTests(RabbitMqServer rabbit)
{
    [Fact]
    public async Task Secrets_OfAWholeStart_AreInNoLog()
    {
        using var directory = new TemporaryDirectory("secrets");
        var settings = new Dictionary<string, string?>
        {
            ["Harbor:Logging:Directory"] = directory.Path,
            ["Harbor:Logging:Level"] = "Trace",
            ["Harbor:Logging:Levels:Microsoft"] = "Trace",
            ["Harbor:Logging:Levels:MassTransit"] = "Trace",
            ["Harbor:Bus:Transport"] = "RabbitMq",
            ["Harbor:Bus:RabbitMq:Uri"] = rabbit.NextVirtualHost().Replace("harbor:harbor@", "harbor:%68arbor@", StringComparison.Ordinal),
            ["Harbor:Logging:Seq:ApiKey"] = "very-secret-seq-key",
            ["Harbor:Other:Key"] = "very-secret-key-of-a-module",
        };
        var module = new TestModule { OnServices = builder => builder.AddHarborOptions<OtherOptions>("Harbor:Other") };
        await using (await TestHost.StartAsync(settings, [module], TestContext.Current.CancellationToken))
        {
        }

        var log = await File.ReadAllTextAsync(directory.Combine("harbor_gateway.log"), TestContext.Current.CancellationToken);
        log.ShouldContain("Options of Harbor:Other in effect");
        log.ShouldContain("Key=********");
        log.ShouldContain("RabbitMq:Prefetch=32");
        log.ShouldNotContain("very-secret");
        log.ShouldNotContain("%68arbor@");
        log.ShouldNotContain("harbor:harbor@");
    }

    [Theory]
    [InlineData("mongodb://user:p%40ss@host:27017/db", "mongodb://user:********@host:27017/db")]
    [InlineData("mongodb://user:pass@one,two/db?x=a@b", "mongodb://user:********@one,two/db?x=a@b")]
    [InlineData("nats://127.0.0.1:4222", "nats://127.0.0.1:4222")]
    [InlineData("plain text: with @ sign", "plain text: with @ sign")]
    public void Redacted_Text_HidesPasswordsOfUrlsOnly(string text, string expected) => Secrets.Redacted(text).ShouldBe(expected);
}
