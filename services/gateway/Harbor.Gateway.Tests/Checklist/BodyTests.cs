using System.Text;
using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class BodyTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C010_UnknownFields_AreIgnored()
    {
        var (id, binding) = (NewId(), NewId());
        var strange = new JsonObject { ["deep"] = new JsonArray(1, null, new JsonObject { ["a"] = 1.5e300 }) };
        foreach (var call in Call.Life(id, binding))
        {
            if (call.Body is { } body)
            {
                body["nobody_knows"] = strange.DeepClone();
                body["context"] = new JsonObject { ["platform"] = "cloudfoundry", ["new_thing"] = strange.DeepClone() };
                body["previous_values"] = new JsonObject { ["strange"] = new JsonArray(), ["maintenance_info"] = new JsonObject { ["odd"] = 1 } };
                if (body["bind_resource"] is JsonObject resource)
                {
                    resource["backup_agent"] = true;
                    resource["strange"] = strange.DeepClone();
                }
            }

            var path = call.Path + (call.Path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "nobody_knows=1&nobody_knows=2";
            (await (call with { Path = path }).SendAsync(Broker)).Is(call.Success);
        }
    }

    [Fact]
    public async Task C011_EveryAnswer_IsApplicationJson()
    {
        var (id, binding) = (NewId(), NewId());
        List<Answer> answers = [];
        foreach (var call in Call.Life(id, binding))
        {
            answers.Add((await call.SendAsync(Broker)).Is(call.Success));
        }

        foreach (var call in Call.Everything(id, binding))
        {
            // Of what is deleted by now: 404 and 410; and without bodies: 400.
            answers.Add(await (call with { Body = call.Body is null ? null : [] }).SendAsync(Broker));
        }

        var (running, _) = await ProvisioningAsync();
        answers.Add((await Broker.LastOperationAsync(running)).Is(200));
        answers.Add((await Broker.ProvisionAsync(running, incomplete: true)).Is(202));
        answers.Add((await Broker.ProvisionAsync(running, BrokerClient.ProvisionBody(organization: "other"))).Is(409));
        answers.Add((await Broker.BindAsync(running, NewId())).Is(422));
        answers.Add((await Broker.SendTextAsync(HttpMethod.Put, BrokerClient.Instance(NewId()), "{}", "text/plain")).Is(400));
        (await EndAsync(running)).ShouldBe("succeeded");
        answers.Select(answer => answer.Status).Distinct().Order().ShouldBe([200, 201, 202, 400, 404, 405, 409, 410, 422]);
        answers.ShouldAllBe(answer => answer.ContentType == "application/json" && answer.Text.StartsWith('{'));
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("{", "application/json")]
    [InlineData("{} {}", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("5", "application/json")]
    [InlineData("\"text\"", "application/json")]
    [InlineData("{\"service_id\":\"a\",\"service_id\":\"b\"}", "application/json")]
    [InlineData("{\"service_id\":\"\\ud800\"}", "application/json")]
    [InlineData("service_id=a&plan_id=b", "application/x-www-form-urlencoded")]
    public async Task C012_BodyThatIsNoJsonObject_Is400(string body, string contentType)
    {
        var (id, binding) = await BoundAsync();
        var before = await StateOfAsync(id);
        foreach (var call in Call.Life(id, binding).Concat(Call.Life("c12", "b")).Where(call => call.Body is not null))
        {
            (await Broker.SendTextAsync(call.Method, call.Path, body, contentType)).IsError(400);
        }

        (await StateOfAsync(id)).ShouldBe(before);
        (await StoredAsync("c12")).ShouldBeNull();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task C012_OtherContentType_Is400AlsoAroundGoodJson(string contentType)
    {
        var id = await ProvisionedAsync();
        var before = await StateOfAsync(id);
        foreach (var call in Call.Life(id, NewId()).Concat(Call.Life("c12", "b")).Where(call => call.Body is not null))
        {
            (await Broker.SendTextAsync(call.Method, call.Path, call.Body!.ToJsonString(), contentType)).IsError(400);
        }

        (await StateOfAsync(id)).ShouldBe(before);
        (await StoredAsync("c12")).ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON")]
    public async Task C012_JsonOrNoContentType_IsProcessed(string? contentType)
    {
        foreach (var call in Call.Life(NewId(), NewId()))
        {
            (await Broker.SendTextAsync(call.Method, call.Path, call.Body?.ToJsonString(), contentType)).Is(call.Success);
        }
    }

    [Fact]
    public async Task C012_DeepJson_Is400()
        => (await Broker.SendTextAsync(
            HttpMethod.Put, BrokerClient.Instance(NewId()), string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000), "application/json")).IsError(400);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task C012_BodyOverOneMebibyte_Is413AndChangesNothing(bool chunked)
    {
        var (id, binding) = await BoundAsync();
        var created = NewId();
        var before = await StateOfAsync(id);
        foreach (var call in Call.Life(id, binding).Concat(Call.Life(created, "b")).Where(call => call.Body is not null))
        {
            using var request = new HttpRequestMessage(call.Method, call.Path);
            request.Content = new StringContent(Padded(call.Body!, 1024 * 1024 + 1), Encoding.UTF8, "application/json");
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await Broker.Http.SendAsync(request, TestContext.Current.CancellationToken);
            (await Answer.ReadAsync(response)).IsError(413);
        }

        (await StateOfAsync(id)).ShouldBe(before);
        (await StoredAsync(created)).ShouldBeNull();
        (await Broker.SendTextAsync(HttpMethod.Put, BrokerClient.Instance(created), Padded(BrokerClient.ProvisionBody(), 1024 * 1024), "application/json")).Is(201);
    }

    [Fact]
    public async Task C013_C014_ErrorCodes_AreThoseOfTheApiAndAlways422()
    {
        (await Broker.ProvisionAsync(NewId(), BrokerClient.ProvisionBody(planId: GatewayRun.AsyncPlan))).IsError(422, "AsyncRequired").Body.Count.ShouldBe(2);
        var (id, _) = await ProvisioningAsync();
        (await Broker.BindAsync(id, NewId())).IsError(422, "ConcurrencyError").Body.Count.ShouldBe(2);
        var body = BrokerClient.ProvisionBody();
        body["maintenance_info"] = new JsonObject { ["version"] = "9.9.9" };
        (await Broker.ProvisionAsync(NewId(), body)).IsError(422, "MaintenanceInfoConflict").Body.Count.ShouldBe(2);
        (await EndAsync(id)).ShouldBe("succeeded");

        // Whatever has no code of its own has none, nor anything that is not the API's.
        Answer[] others =
        [
            (await Broker.ProvisionAsync(NewId(), new JsonObject())).IsError(400), (await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(organization: "other"))).IsError(409),
            (await Broker.FetchAsync("never-seen")).IsError(404), (await Broker.UpdateAsync("never-seen", BrokerClient.UpdateBody())).IsError(404),
            (await Broker.LastOperationAsync("never-seen")).IsError(404), (await Broker.BindAsync("never-seen", "b")).IsError(404),
            (await Broker.LastBindingOperationAsync(id, "never-seen")).IsError(404), (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { nope = 1 }))).IsError(400),
        ];
        others.ShouldAllBe(answer => answer.Body.Count == 1);
    }

    private static string Padded(JsonObject body, int length)
    {
        body["padding"] = "";
        body["padding"] = new string('x', length - body.ToJsonString().Length);
        var text = body.ToJsonString();
        text.Length.ShouldBe(length);
        return text;
    }
}
