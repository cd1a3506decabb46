using System.Text.Json.Serialization;
using Harbor.State.Sagas;

namespace Harbor.Gateway.Provisioning;

/// <summary>How the provisions under way are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SagaDocument<ProvisionPortState>))]
internal sealed partial class ProvisionSagasJson : JsonSerializerContext;
