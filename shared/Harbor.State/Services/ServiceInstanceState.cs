using System.Text.Json.Serialization;

namespace Harbor.State.Services;

/// <summary>The life of a service instance, as far as its port is concerned. What is going on at the moment says its operation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServiceInstanceState>))]
public enum ServiceInstanceState
{
    /// <summary>Accepted; its port is not open yet.</summary>
    [JsonStringEnumMemberName("provisioning")]
    Provisioning,

    /// <summary>Has its port, open on every live worker when it got it.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Being deleted; stays so where the delete failed, until it is repeated.</summary>
    [JsonStringEnumMemberName("deprovisioning")]
    Deprovisioning,

    /// <summary>The provision failed. Kept for a while, so that the platform can ask how it ended.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Deleted. Kept for a while, so that the platform can ask how it ended.</summary>
    [JsonStringEnumMemberName("deleted")]
    Deleted,
}
