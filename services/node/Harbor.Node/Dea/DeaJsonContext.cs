using System.Text.Json.Serialization;
using Harbor.Contracts.Dea;

namespace Harbor.Node.Dea;

[JsonSerializable(typeof(HarborStartMessage))]
[JsonSerializable(typeof(ComponentMessage))]
[JsonSerializable(typeof(FindDropletMessage))]
internal sealed partial class DeaJsonContext : JsonSerializerContext;
