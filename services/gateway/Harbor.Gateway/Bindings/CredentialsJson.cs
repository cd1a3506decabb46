using System.Text.Json.Serialization;
using Harbor.Contracts.Credentials;

namespace Harbor.Gateway.Bindings;

/// <summary>How credentials are written.</summary>
[JsonSerializable(typeof(PortCredentials))]
internal sealed partial class CredentialsJson : JsonSerializerContext;
