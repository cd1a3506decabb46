using System.Text.Json.Serialization;

namespace Harbor.State.Services;

/// <summary>The life of a binding.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BindingState>))]
public enum BindingState
{
    /// <summary>Accepted; the port does not know its application yet.</summary>
    [JsonStringEnumMemberName("creating")]
    Creating,

    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Ends, because it was deleted or because it could not be made.</summary>
    [JsonStringEnumMemberName("removing")]
    Removing,

    /// <summary>Gone. Kept for a while where the platform may ask how its operation ended.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,
}
