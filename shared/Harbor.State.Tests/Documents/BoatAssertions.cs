using System.Text.Json;

namespace Harbor.State.Tests.Documents;

public static class BoatAssertions
{
    /// <summary>Equal in every field, whatever class a list is of.</summary>
    public static void ShouldEqual(this BoatDocument? actual, BoatDocument? expected) => Text(actual).ShouldBe(Text(expected));

    private static string Text(BoatDocument? boat) => boat is null ? "none" : JsonSerializer.Serialize(boat, BoatJson.Default.BoatDocument);
}
