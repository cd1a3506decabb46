using System.Text.Json.Serialization;

namespace Harbor.State.Services;

/// <summary>Why an operation failed, as far as the answer to the platform depends on it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OperationFailure>))]
public enum OperationFailure
{
    /// <summary>What was asked for cannot be had: a taken port, a pool without a free one.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The deadline passed.</summary>
    [JsonStringEnumMemberName("timed_out")]
    TimedOut,

    /// <summary>Another operation took its place: a delete during a create.</summary>
    [JsonStringEnumMemberName("superseded")]
    Superseded,
}
