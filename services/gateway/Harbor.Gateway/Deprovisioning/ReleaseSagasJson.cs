using System.Text.Json.Serialization;
using Harbor.State.Sagas;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>How the deprovisions under way are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SagaDocument<ReleasePortState>))]
internal sealed partial class ReleaseSagasJson : JsonSerializerContext;
