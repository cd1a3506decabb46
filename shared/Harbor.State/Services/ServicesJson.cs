using System.Text.Json.Serialization;

namespace Harbor.State.Services;

/// <summary>How service instances and bindings are written, and how their parameters look to the platform.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ServiceInstanceDocument))]
[JsonSerializable(typeof(BindingDocument))]
[JsonSerializable(typeof(PortParameters))]
public sealed partial class ServicesJson : JsonSerializerContext;
