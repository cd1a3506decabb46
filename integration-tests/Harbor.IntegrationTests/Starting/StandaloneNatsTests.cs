using Harbor.IntegrationTests.Processes;
using Harbor.Testing;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Starting;

/// <summary>Standalone and the nats-server that it starts where there is none, and leaves alone where there is one.</summary>
public sealed class StandaloneNatsTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>, IDisposable
{
    private readonly TemporaryDirectory _data = new("standalone-nats");
    private readonly PortRange _range = FreePorts.Reserve(20);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _range.Dispose();
        _data.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nats_Missing_IsStarted_AndEndsWithStandalone(bool killed)
    {
        var url = $"nats://127.0.0.1:{FreePorts.Next()}";
        await using var harbor = NewStandalone(url);

        await harbor.StartReadyAsync();
        (await AnswersAsync(url)).ShouldBeTrue();

        if (killed)
        {
            await harbor.KillAsync();
        }
        else
        {
            await harbor.StopAsync();
        }

        await Eventually.TrueAsync(async () => !await AnswersAsync(url), "the nats-server ends too", cancellationToken: Cancelled);
    }

    [Fact]
    public async Task Nats_ThatIsKilled_IsStartedAgain()
    {
        var url = $"nats://127.0.0.1:{FreePorts.Next()}";
        await using var harbor = NewStandalone(url);
        await harbor.StartReadyAsync();
        var first = ServerOf(url);

        System.Diagnostics.Process.GetProcessById(first).Kill();

        await Eventually.TrueAsync(async () => await AnswersAsync(url) && await harbor.IsReadyAsync() && ServerOf(url) != first, "another nats-server, and Harbor ready with it", cancellationToken: Cancelled);
    }

    [Fact]
    public async Task Nats_WithAPassword_IsStartedWithIt()
    {
        var url = $"nats://127.0.0.1:{FreePorts.Next()}";
        await using var harbor = NewStandalone(url, ("Harbor:Nats:User", "dea"), ("Harbor:Nats:Password", "s3cret \"quoted\""));

        await harbor.StartReadyAsync();

        (await AnswersAsync(url, new NatsAuthOpts { Username = "dea", Password = "s3cret \"quoted\"" })).ShouldBeTrue();
        (await AnswersAsync(url)).ShouldBeFalse("nobody comes in without");
    }

    [Fact]
    public async Task Nats_ThatAnswers_IsUsed_AndOutlivesStandalone()
    {
        await using var harbor = NewStandalone(nats.Address);

        await harbor.StartReadyAsync();
        await harbor.StopAsync();

        nats.Process.HasExited.ShouldBeFalse();
        File.Exists(_data.Combine("nats-server.conf")).ShouldBeFalse("none of its own was started");
    }

    [Fact]
    public async Task Nats_ElsewhereAndMissing_IsNamed()
    {
        // 192.0.2.0/24 is for documentation: nobody is there, and it is not ours to start a server for.
        await using var process = await HarborChild.StartAsync(HarborChild.Standalone, Settings("nats://192.0.2.1:4222", ("Harbor:Start:DependencyTimeout", "00:00:01")));

        (await process.WaitForExitAsync(TimeSpan.FromSeconds(60), Cancelled)).ShouldBe(69, process.Output);
        process.Output.ShouldContain("192.0.2.1:4222");
    }

    private static async Task<bool> AnswersAsync(string url, NatsAuthOpts? credentials = null)
    {
        await using var connection = new NatsConnection(NatsOpts.Default with { Url = url, AuthOpts = credentials ?? NatsAuthOpts.Default, MaxReconnectRetry = 1 });
        try
        {
            await connection.ConnectAsync();
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }

    /// <summary>The process whose command line names this test's configuration.</summary>
    private int ServerOf(string url) => Directory.EnumerateDirectories("/proc")
        .Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _))
        .FirstOrDefault(name => CommandOf(name!) is var command && command.Contains("nats-server", StringComparison.Ordinal) && command.Contains(_data.Path, StringComparison.Ordinal)
            && !command.Contains("Harbor.Standalone", StringComparison.Ordinal)) is { } id ? int.Parse(id) : throw new InvalidOperationException($"No nats-server for {url}.");

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    private HarborChild NewStandalone(string natsUrl, params (string Key, string Value)[] more) => new(HarborChild.Standalone, Settings(natsUrl, more));

    private Dictionary<string, string> Settings(string natsUrl, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["Harbor:DataDirectory"] = _data.Path,
            ["Harbor:Nats:Url"] = natsUrl,
            ["Harbor:Pools:default:PortRange"] = _range.ToString(),
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }
}
