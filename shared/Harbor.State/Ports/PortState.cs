using System.Text.Json.Serialization;

namespace Harbor.State.Ports;

/// <summary>The life of an allocated port. A port without a document is free.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PortState>))]
public enum PortState
{
    /// <summary>Owned: the workers listen on it.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Given up by its owner: closed, and not yet to be had by another instance.</summary>
    [JsonStringEnumMemberName("quarantined")]
    Quarantined,
}
