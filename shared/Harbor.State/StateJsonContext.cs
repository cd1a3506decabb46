using System.Text.Json.Serialization;
using Harbor.State.Apps;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Workers;

namespace Harbor.State;

/// <summary>How documents are written: generated at compile time, camelCase, enums by name.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(PortDocument))]
[JsonSerializable(typeof(AppDocument))]
[JsonSerializable(typeof(PoolDocument))]
[JsonSerializable(typeof(WorkerDocument))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StateJsonContext : JsonSerializerContext;
