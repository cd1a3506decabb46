using System.Text;
using Harbor.State.Mongo;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace Harbor.State.Tests.Mongo;

public sealed class BsonJsonTests
{
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"a":null,"b":true,"c":false,"d":[],"e":{},"f":[[1],{"g":"h"}]}""")]
    [InlineData("""{"numbers":[0,-1,2147483647,2147483648,-9223372036854775808,9223372036854775807,18446744073709551615,0.5,-1.25E-07,1E+100]}""")]
    [InlineData("""{"text":"\u0000 \u00E9 \uD83D\uDE00 \\ \u0022"}""")]
    [InlineData("""{"":1,"%":2,"$a":3,"a$":4,"a.b":5,"%2E":6,"..":7,"$":8,"100% sure.":9}""")]
    public void Json_ThroughBsonAndBack_IsTheSame(string json)
    {
        var bson = ToBson(json);
        JsonOf(bson).ShouldBe(json);
        JsonOf(BsonSerializer.Deserialize<BsonDocument>(bson.ToBson())).ShouldBe(json);
    }

    [Fact]
    public void Numbers_InBson_AreNumbers()
    {
        var bson = ToBson("""{"small":1,"big":4294967296,"fraction":1.5}""");

        bson["small"].BsonType.ShouldBe(BsonType.Int32);
        bson["big"].BsonType.ShouldBe(BsonType.Int64);
        bson["fraction"].BsonType.ShouldBe(BsonType.Double);
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData("$where")]
    [InlineData("")]
    public void Names_ThatMeanSomethingToMongo_AreWrittenOtherwise(string name)
    {
        var escaped = BsonNames.Escape(name);

        escaped.ShouldNotBeEmpty();
        escaped.ShouldNotStartWith("$");
        escaped.ShouldNotContain(".");
        BsonNames.Unescape(escaped).ShouldBe(name);
    }

    private static RawBsonDocument ToBson(string json)
    {
        using var bytes = new MemoryStream();
        using var writer = new BsonBinaryWriter(bytes);
        writer.WriteStartDocument();
        BsonJson.WriteElements(writer, Encoding.UTF8.GetBytes(json));
        writer.WriteEndDocument();
        return new(bytes.ToArray());
    }

    private static string JsonOf(BsonDocument stored) => Encoding.UTF8.GetString(BsonJson.ToJson(BsonType.Document, BsonElements.BytesOf(stored)));
}
