using System.Text.Json.Serialization;

namespace Harbor.State.Leases;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PartitionsDocument))]
internal sealed partial class LeasesJson : JsonSerializerContext;
