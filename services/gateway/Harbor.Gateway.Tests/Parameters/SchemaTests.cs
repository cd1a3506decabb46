using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Harbor.Gateway.Broker.Parameters;

namespace Harbor.Gateway.Tests.Parameters;

public sealed class SchemaTests
{
    private static readonly string[] _names =
    [
        "protocol", "port", "balance", "proxy_protocol", "allow", "deny", "max_connections", "max_connections_per_source", "connection_rate_per_source", "connect_timeout_ms",
        "idle_timeout_seconds", "hold_seconds", "unknown",
    ];

    private static readonly string[] _values =
    [
        "0", "1", "-1", "49", "50", "60", "61", "86400", "86401", "65535", "65536", "1000000", "1000001", "1.5", "9999999999", "null", "true", "\"tcp\"", "\"udp\"", "\"both\"", "\"off\"", "\"v2\"",
        "\"first\"", "\"random\"", "\"\"", "\"x\"", "[]", "[\"10.0.0.0/8\"]", "[1]", "[\"\"]", "[[]]", "{}",
    ];

    [Fact]
    public async Task Check_AgreesWithAFullImplementationOfTheDraft()
    {
        var provision = await NJsonSchema.JsonSchema.FromJsonAsync(ParameterSchemas.Provision.ToJsonString(), TestContext.Current.CancellationToken);
        var update = await NJsonSchema.JsonSchema.FromJsonAsync(ParameterSchemas.Update.ToJsonString(), TestContext.Current.CancellationToken);
        var property = Gen.Zip(Gen.Elements(_names), Gen.Elements(_values));
        var objects = property.ListOf().Select(pairs => $"{{{string.Join(",", pairs.DistinctBy(pair => pair.Item1).Select(pair => $"\"{pair.Item1}\":{pair.Item2}"))}}}");
        Prop.ForAll(objects.ToArbitrary(), text =>
        {
            var value = JsonElement.Parse(text);
            return (SchemaCheck.FaultOf(ParameterSchemas.Provision, value) is null) == (provision.Validate(text).Count == 0)
                && (SchemaCheck.FaultOf(ParameterSchemas.Update, value) is null) == (update.Validate(text).Count == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:DB8::1/32", "2001:db8::/32")]
    [InlineData("::/0", "::/0")]
    [InlineData("10.1.2.3/33", null)]
    [InlineData("10.1.2.3/-1", null)]
    [InlineData("10.1.2.3/", null)]
    [InlineData("10.1/16", null)]
    [InlineData("010.1.2.3", null)]
    [InlineData("fe80::1%eth0/64", null)]
    [InlineData("example.com/8", null)]
    [InlineData("1", null)]
    public void Network_HasOneSpelling(string text, string? canonical) => Networks.Canonical(text).ShouldBe(canonical);
}
