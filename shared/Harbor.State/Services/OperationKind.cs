using System.Text.Json.Serialization;

namespace Harbor.State.Services;

/// <summary>What an operation on a service instance or a binding does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OperationKind>))]
public enum OperationKind
{
    [JsonStringEnumMemberName("provision")]
    Provision,

    [JsonStringEnumMemberName("update")]
    Update,

    [JsonStringEnumMemberName("deprovision")]
    Deprovision,

    [JsonStringEnumMemberName("bind")]
    Bind,

    [JsonStringEnumMemberName("unbind")]
    Unbind,
}
