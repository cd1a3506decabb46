using System.Text.Json.Serialization;
using Harbor.State.Sagas;

namespace Harbor.State.Tests.Sagas;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SagaDocument<VoyageState>))]
internal sealed partial class VoyageJson : JsonSerializerContext;
