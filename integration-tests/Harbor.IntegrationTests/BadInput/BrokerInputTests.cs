using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Harbor.IntegrationTests.Standalone;

namespace Harbor.IntegrationTests.BadInput;

/// <summary>What a broken or hostile client may send to the broker: always a clear 4xx, never a 500, and the process stays up.</summary>
public sealed class BrokerInputTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    public static TheoryData<string> Bodies =>
    [
        "",
        "null",
        "[]",
        "{",
        "\"text\"",
        "{\"service_id\":7}",
        "{\"service_id\":\"unknown\",\"plan_id\":\"unknown\",\"organization_guid\":\"o\",\"space_guid\":\"s\"}",
        Parameters("7"),
        Parameters("[]"),
        Parameters("{\"protocol\":\"sctp\"}"),
        Parameters("{\"protocol\":7}"),
        Parameters("{\"port\":\"22\"}"),
        Parameters("{\"port\":22}"),
        Parameters("{\"port\":1e99}"),
        Parameters("{\"allow\":[\"nowhere\"]}"),
        Parameters("{\"hold_seconds\":-1}"),
        Parameters("{\"unknown\":true}"),
        Parameters("{\"balance\":" + new string('[', 2000) + new string(']', 2000) + "}"),
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_ThatIsWrong_IsA4xxThatSaysWhy(string body)
    {
        using var answer = await PutAsync(body);

        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((string?)JsonNode.Parse(text)!["description"]).ShouldNotBeNullOrEmpty(text);
        harbor.Process.Process.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task Body_OverOneMebibyte_IsRefused()
    {
        using var answer = await PutAsync(Parameters($"{{\"allow\":[\"{new string('1', 2 * 1024 * 1024)}\"]}}"));

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Body_ThatIsNoUtf8_IsA4xx()
    {
        using var content = new ByteArrayContent([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await harbor.Broker.Http.PutAsync($"/v2/service_instances/{RunningStandalone.NewId()}", content, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
    }

    private static string Parameters(string parameters)
    {
        var body = Broker.BrokerClient.InstanceBody().ToJsonString();
        return $"{body[..^1]},\"parameters\":{parameters}}}";
    }

    private async Task<HttpResponseMessage> PutAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await harbor.Broker.Http.PutAsync($"/v2/service_instances/{RunningStandalone.NewId()}", content, TestContext.Current.CancellationToken);
    }
}
