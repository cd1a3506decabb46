using System.Text.Json.Serialization;

namespace Harbor.State.Tests.Documents;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BoatDocument))]
[JsonSerializable(typeof(OldBoatDocument))]
[JsonSerializable(typeof(NewBoatDocument))]
internal sealed partial class BoatJson : JsonSerializerContext;
