using System.Text;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class HeaderTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    private const string RequestIdentity = "X-Broker-API-Request-Identity";

    [Theory]
    [InlineData("2.0")]
    [InlineData("2.13")]
    [InlineData("2.15")]
    [InlineData("2.17")]
    [InlineData("2.18")]
    [InlineData("2.999")]
    public async Task C001_MinorVersion_IsServedThroughAWholeLife(string version)
    {
        using var client = Client(version);
        foreach (var call in Call.Life(NewId(), NewId()))
        {
            (await call.SendAsync(client)).Is(call.Success);
        }
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("1.17")]
    [InlineData("3.0")]
    [InlineData("0.2")]
    [InlineData("22.17")]
    public Task C002_OtherMajor_Is412OnEveryRoute(string version) => RefusedEverywhereAsync(version, 412, "2.17");

    [Fact]
    public async Task C002_MinorBelowWhatTheBrokerNeeds_Is412OnEveryRoute()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:LowestMinorVersion"] = "15" });
        using var old = new BrokerClient(run.Url, "platform", GatewayRun.Password, "2.14");
        foreach (var call in Call.Everything("x", "y"))
        {
            (await call.SendAsync(old)).IsError(412).Description!.ShouldContain("2.15");
        }

        foreach (var version in new[] { "2.15", "2.18" })
        {
            using var client = new BrokerClient(run.Url, "platform", GatewayRun.Password, version);
            (await client.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public Task C003_MissingVersion_Is400OnEveryRoute(string? version) => RefusedEverywhereAsync(version, 400, "X-Broker-API-Version");

    [Fact]
    public async Task C003_MissingVersion_IsWhatTheSettingSays()
    {
        await using var other = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:MissingVersionStatus"] = "412" });
        using var client = new BrokerClient(other.Url, "platform", GatewayRun.Password, version: null);
        foreach (var call in Call.Everything("x", "y"))
        {
            (await call.SendAsync(client)).IsError(412);
        }
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("2")]
    [InlineData("2.")]
    [InlineData(".17")]
    [InlineData("2.x")]
    [InlineData("2.17.0")]
    [InlineData("-2.17")]
    [InlineData("2.17, 2.17")]
    [InlineData("99999999999999999999.1")]
    [InlineData("2.1\u0667")]
    public Task C004_MalformedVersion_Is400OnEveryRoute(string version) => RefusedEverywhereAsync(version, 400, "MAJOR.MINOR");

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic %%%")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Bearer abc")]
    [InlineData("platform:wrong")]
    [InlineData("platform:")]
    [InlineData("Platform:s3cret-of-the-platform")]
    [InlineData("nobody:s3cret-of-the-platform")]
    public async Task C005_BadCredentials_Are401OnEveryRouteAndChangeNothing(string? credentials)
    {
        var (id, binding) = await BoundAsync();
        var created = NewId();
        var before = await StateOfAsync(id);
        using var http = new HttpClient { BaseAddress = new Uri(Run.Url) };
        foreach (var call in Call.Everything(id, binding).Concat(Call.Life(created, NewId())))
        {
            using var request = new HttpRequestMessage(call.Method, call.Path);
            request.Content = call.Body is null ? null : new StringContent(call.Body.ToJsonString(), Encoding.UTF8, "application/json");
            request.Headers.Add("X-Broker-API-Version", "2.17");
            if (credentials is not null)
            {
                var header = credentials.Contains(':', StringComparison.Ordinal) ? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}" : credentials;
                request.Headers.TryAddWithoutValidation("Authorization", header);
            }

            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            (await Answer.ReadAsync(response)).IsError(401);
            response.Headers.WwwAuthenticate.ShouldHaveSingleItem().Scheme.ShouldBe("Basic");
        }

        (await StateOfAsync(id)).ShouldBe(before);
        (await StoredAsync(created)).ShouldBeNull();
    }

    [Fact]
    public async Task C005_UserWithoutTheRole_Is403OnEveryRouteAndChangesNothing()
    {
        var (id, binding) = await BoundAsync();
        var before = await StateOfAsync(id);
        using var watcher = new BrokerClient(Run.Url, "watcher", "w");
        foreach (var call in Call.Everything(id, binding))
        {
            (await call.SendAsync(watcher)).IsError(403);
        }

        (await StateOfAsync(id)).ShouldBe(before);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "application/json")]
    [InlineData("<a/>", "application/xml")]
    [InlineData("[", "application/json")]
    public async Task C006_CredentialsAndVersion_ComeBeforeTheBody(string? body, string? contentType)
    {
        using var stranger = new BrokerClient(Run.Url, "platform", "wrong", version: null);
        using var old = Client("1.0");
        using var silent = Client(null);
        foreach (var call in Call.Life("c6", "b").Where(call => call.Body is not null))
        {
            (await stranger.SendTextAsync(call.Method, call.Path, body, contentType)).IsError(401);
            (await old.SendTextAsync(call.Method, call.Path, body, contentType)).IsError(412);
            (await silent.SendTextAsync(call.Method, call.Path, body, contentType)).IsError(400).Description!.ShouldContain("X-Broker-API-Version");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cloudfoundry")]
    [InlineData("cloudfoundry not-base64!")]
    [InlineData("cloudfoundry bm9qc29u")]
    [InlineData("cloudfoundry ////")]
    [InlineData("kubernetes WzFd")]
    [InlineData("kubernetes eyJ1c2VybmFtZSI6ImR1a2UiLCJ1aWQiOiJjMmRkZSJ9")]
    [InlineData("kubernetes eyJ1c2VybmFtZSI6ImR1a2UiLCJ1aWQiOiJjMmRkZSJ9 more")]
    public async Task C007_C008_OriginatingIdentity_MayBeAbsentOrBrokenOnEveryRoute(string? identity)
    {
        (string, string)[] headers = identity is null ? [] : [("X-Broker-API-Originating-Identity", identity)];
        foreach (var call in Call.Life(NewId(), NewId()))
        {
            (await call.SendAsync(Broker, headers)).Is(call.Success);
        }
    }

    [Fact]
    public async Task C009_RequestIdentity_IsReturnedBySuccess()
    {
        foreach (var call in Call.Life(NewId(), NewId()))
        {
            await EchoesAsync(Broker, call, call.Success);
        }
    }

    [Fact]
    public async Task C009_RequestIdentity_IsReturnedByEveryRefusal()
    {
        using var stranger = new BrokerClient(Run.Url, "platform", "wrong");
        using var watcher = new BrokerClient(Run.Url, "watcher", "w");
        using var old = Client("1.0");
        foreach (var call in Call.Everything("never-seen", "never-seen"))
        {
            await EchoesAsync(stranger, call, 401);
            await EchoesAsync(watcher, call, 403);
            await EchoesAsync(old, call, 412);
            if (call.Success is 404 or 405)
            {
                await EchoesAsync(Broker, call, call.Success);
            }
            else if (call.Body is not null)
            {
                await EchoesAsync(Broker, call with { Body = [] }, 400);
                await EchoesAsync(Broker, call with { Body = new() { ["padding"] = new string('x', 1024 * 1024) } }, 413);
            }
            else if (call.Path != "/v2/catalog")
            {
                await EchoesAsync(Broker, call, call.Method == HttpMethod.Delete ? 410 : 404);
            }
        }
    }

    private static async Task EchoesAsync(BrokerClient client, Call call, int status)
    {
        var identity = Guid.NewGuid().ToString();
        var answer = (await call.SendAsync(client, (RequestIdentity, identity))).Is(status);
        answer.Headers.TryGetValues(RequestIdentity, out var returned).ShouldBeTrue($"{call}, {status}");
        returned.ShouldBe([identity]);
    }

    private async Task RefusedEverywhereAsync(string? version, int status, string words)
    {
        var (id, binding) = await BoundAsync();
        var created = NewId();
        var before = await StateOfAsync(id);
        using var client = Client(version);
        foreach (var call in Call.Everything(id, binding).Concat(Call.Life(created, NewId())))
        {
            (await call.SendAsync(client)).IsError(status).Description!.ShouldContain(words);
        }

        (await StateOfAsync(id)).ShouldBe(before);
        (await StoredAsync(created)).ShouldBeNull();
    }

    private BrokerClient Client(string? version) => new(Run.Url, "platform", GatewayRun.Password, version);
}
