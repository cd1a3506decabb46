using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.CloudController;

/// <summary>That the strict platform refuses what Cloud Controller refuses: a client that takes everything would prove nothing.</summary>
public sealed class StrictRulesTests(SharedGateway gateway)
{
    private const string Offering = "services.0";
    private const string Plan = "services.0.plans.1";

    /// <summary>Every path with what is put there, into the catalog as the broker sends it.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "services", "[]" },
        { "services.1", "copy:services.0" },
        { $"{Offering}.id", "\"\"" },
        { $"{Offering}.name", "5" },
        { $"{Offering}.description", "absent" },
        { $"{Offering}.description", "long:10001" },
        { $"{Offering}.bindable", "absent" },
        { $"{Offering}.bindable", "\"true\"" },
        { $"{Offering}.plan_updateable", "null" },
        { $"{Offering}.tags", "[\"a\",5]" },
        { $"{Offering}.tags.0", "long:2049" },
        { $"{Offering}.requires", "[\"ports\"]" },
        { $"{Offering}.dashboard_client", "{\"id\":\"a\",\"secret\":\"b\"}" },
        { $"{Offering}.metadata.shareable", "\"yes\"" },
        { $"{Offering}.metadata", "null" },
        { $"{Offering}.plans", "[]" },
        { $"{Plan}.id", "copy:services.0.plans.0.id" },
        { $"{Plan}.name", "copy:services.0.plans.0.name" },
        { $"{Plan}.description", "\"\"" },
        { $"{Plan}.free", "\"no\"" },
        { $"{Plan}.maximum_polling_duration", "1.5" },
        { $"{Plan}.maintenance_info.version", "\"1.0\"" },
        { $"{Plan}.maintenance_info.version", "\"1.0.0-01\"" },
        { $"{Plan}.maintenance_info.public", "true" },
        { $"{Plan}.maintenance_info.description", "long:2001" },
        { $"{Plan}.schemas.service_instance.create.parameters.$schema", "\"http://json-schema.org/draft-06/schema#\"" },
        { $"{Plan}.schemas.service_instance.create.parameters.$schema", "absent" },
        { $"{Plan}.schemas.service_instance.update.parameters.title", "long:65537" },
        { $"{Plan}.schemas.service_instance.update.parameters.type", "\"thing\"" },
        { $"{Plan}.schemas.service_instance.update.parameters.properties.hold_seconds.minimum", "\"0\"" },
        { $"{Plan}.schemas.service_binding.create.parameters.required", "[]" },
        { $"{Plan}.schemas.service_instance.create.parameters.properties.port", "{\"$ref\":\"http://example.com/x\"}" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task C3_CatalogWithAFault_IsRefused(string path, string value)
    {
        var catalog = (await gateway.Run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200).Body;
        (await StrictCatalog.FaultsOfAsync(catalog)).ShouldBeEmpty();
        Put(catalog, path, value);
        (await StrictCatalog.FaultsOfAsync(catalog)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(PlatformCall.Provision, "200 201", "202", "409", "400 401 404 412 413", "204 302 408 410 500 503")]
    [InlineData(PlatformCall.Bind, "", "202", "409", "400 401 404 412 413", "200 201 204 302 408 410 500 503")]
    [InlineData(PlatformCall.Update, "200", "202", "", "400 401 404 422", "201 204 409 410 500 503")]
    [InlineData(PlatformCall.Deprovision, "200 410", "202", "", "400 401 404 422", "201 204 409 500 503")]
    [InlineData(PlatformCall.Unbind, "200 410", "202", "", "400 401 404 422", "201 204 409 500 503")]
    [InlineData(PlatformCall.FetchInstance, "200", "", "", "", "201 202 400 404 410 422 500")]
    [InlineData(PlatformCall.FetchBinding, "", "", "", "", "200 201 202 400 404 410 422 500")]
    public void C4_Status_IsTakenByTheCall(PlatformCall call, string done, string running, string coded, string rejected, string bad)
    {
        foreach (var (statuses, verdict) in new[] { (done, Verdict.Done), (running, Verdict.InProgress), (coded, Verdict.Coded), (rejected, Verdict.Rejected), (bad, Verdict.Bad) })
        {
            foreach (var status in statuses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse))
            {
                StrictAnswers.Of(call, status, "{}").ShouldBe(verdict, $"{call} {status}");
            }
        }

        foreach (var body in new[] { "", "[]", "null", "\"text\"", "<html/>" })
        {
            StrictAnswers.Of(call, 200, body).ShouldBe(Verdict.Bad);
            StrictAnswers.Of(call, 202, body).ShouldBe(Verdict.Bad);
        }
    }

    [Theory]
    [InlineData(PlatformCall.Provision, "AsyncRequired ConcurrencyError MaintenanceInfoConflict", "RequiresApp Other", Verdict.Bad)]
    [InlineData(PlatformCall.Bind, "AsyncRequired ConcurrencyError RequiresApp", "MaintenanceInfoConflict Other", Verdict.Bad)]
    [InlineData(PlatformCall.Update, "AsyncRequired MaintenanceInfoConflict", "Other", Verdict.Rejected)]
    [InlineData(PlatformCall.Unbind, "AsyncRequired ConcurrencyError", "Other", Verdict.Rejected)]
    public void C4_CodesOf422_AreThoseOfTheCall(PlatformCall call, string known, string unknown, Verdict otherwise)
    {
        known.Split(' ').ShouldAllBe(code => StrictAnswers.Of(call, 422, $$"""{"error":"{{code}}"}""") == Verdict.Coded);
        unknown.Split(' ').ShouldAllBe(code => StrictAnswers.Of(call, 422, $$"""{"error":"{{code}}"}""") == otherwise);
        StrictAnswers.Of(call, 422, "{}").ShouldBe(otherwise);
    }

    [Theory]
    [InlineData(200, """{"state":"succeeded"}""", Verdict.Done)]
    [InlineData(200, """{"state":"failed","description":"why"}""", Verdict.Failed)]
    [InlineData(200, """{"state":"in progress"}""", Verdict.InProgress)]
    [InlineData(200, """{"state":"done"}""", Verdict.Bad)]
    [InlineData(200, """{"state":"succeeded","description":null}""", Verdict.Bad)]
    [InlineData(200, "{}", Verdict.Bad)]
    [InlineData(400, "{}", Verdict.Failed)]
    [InlineData(404, "{}", Verdict.PollsOn)]
    [InlineData(410, "{}", Verdict.Done)]
    [InlineData(500, "{}", Verdict.PollsOn)]
    public void C4_PollAnswer_IsTaken(int status, string body, Verdict verdict)
    {
        StrictAnswers.Of(PlatformCall.LastOperation, status, body).ShouldBe(verdict);
        StrictAnswers.Of(PlatformCall.LastBindingOperation, status, body).ShouldBe(verdict);
    }

    [Theory]
    [InlineData(PlatformCall.Provision, """{"operation":null}""")]
    [InlineData(PlatformCall.Provision, """{"operation":5}""")]
    [InlineData(PlatformCall.Provision, """{"metadata":null}""")]
    [InlineData(PlatformCall.Provision, """{"dashboard_url":5}""")]
    [InlineData(PlatformCall.Update, """{"operation":null}""")]
    [InlineData(PlatformCall.Unbind, """{"operation":null}""")]
    [InlineData(PlatformCall.FetchInstance, """{"dashboard_url":null}""")]
    [InlineData(PlatformCall.FetchInstance, """{"parameters":null}""")]
    [InlineData(PlatformCall.FetchInstance, """{"maintenance_info":null}""")]
    [InlineData(PlatformCall.FetchBinding, """{"credentials":null}""")]
    [InlineData(PlatformCall.FetchBinding, """{"credentials":{},"parameters":null}""")]
    [InlineData(PlatformCall.Bind, """{"credentials":{},"operation":null}""")]
    [InlineData(PlatformCall.Bind, """{"credentials":{},"metadata":null}""")]
    [InlineData(PlatformCall.Bind, """{"credentials":{},"volume_mounts":[]}""")]
    [InlineData(PlatformCall.Bind, """{"credentials":{},"syslog_drain_url":""}""")]
    [InlineData(PlatformCall.Bind, """{"credentials":{},"route_service_url":"https://example.com"}""")]
    public void C5_NullTraps_AreBad(PlatformCall call, string body) => StrictAnswers.Of(call, 200, body).ShouldBe(Verdict.Bad);

    [Fact]
    public void C5_Lengths_AreBounded()
    {
        Verdict Of(PlatformCall call, int status, string name, int length) => StrictAnswers.Of(call, status, new JsonObject { ["state"] = "failed", [name] = new string('x', length) }.ToJsonString());
        Of(PlatformCall.Provision, 202, "operation", 10_000).ShouldBe(Verdict.InProgress);
        Of(PlatformCall.Provision, 202, "operation", 10_001).ShouldBe(Verdict.Bad);
        Of(PlatformCall.Provision, 201, "dashboard_url", 16_000).ShouldBe(Verdict.Done);
        Of(PlatformCall.Provision, 201, "dashboard_url", 16_001).ShouldBe(Verdict.Bad);
        Of(PlatformCall.LastBindingOperation, 200, "description", 10_000).ShouldBe(Verdict.Failed);
        Of(PlatformCall.LastBindingOperation, 200, "description", 10_001).ShouldBe(Verdict.Bad);
        StrictAnswers.Of(PlatformCall.Provision, 201, """{"dashboard_url":null}""").ShouldBe(Verdict.Done);
        StrictAnswers.Of(PlatformCall.Bind, 201, """{"credentials":{},"endpoints":[]}""").ShouldBe(Verdict.Done);
    }

    private static void Put(JsonObject catalog, string path, string value)
    {
        var (parent, name) = (At(catalog, path[..Math.Max(path.LastIndexOf('.'), 0)]), path[(path.LastIndexOf('.') + 1)..]);
        var node = value switch
        {
            ['l', 'o', 'n', 'g', ':', .. var length] => JsonValue.Create(new string('x', int.Parse(length, System.Globalization.CultureInfo.InvariantCulture))),
            ['c', 'o', 'p', 'y', ':', .. var other] => At(catalog, other).DeepClone(),
            "absent" => null,
            _ => JsonNode.Parse(value),
        };
        if (parent is JsonArray many)
        {
            many.Insert(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture), node);
        }
        else if (value == "absent")
        {
            parent.AsObject().Remove(name).ShouldBeTrue();
        }
        else
        {
            parent.AsObject()[name] = node;
        }
    }

    private static JsonNode At(JsonNode root, string path) => path.Split('.', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(root, (node, name) => (node is JsonArray many ? many[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : node[name])!);
}
