using System.Text.Json.Serialization;

namespace Harbor.State.Services;

/// <summary>How far an operation is; spelt as the Open Service Broker API has it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OperationState>))]
public enum OperationState
{
    [JsonStringEnumMemberName("in progress")]
    InProgress,

    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    [JsonStringEnumMemberName("failed")]
    Failed,
}
