using System.Text.Json;
using System.Text.Json.Nodes;

namespace Harbor.Testing.Logs;

/// <summary>A log event as Seq got it (compact log event format).</summary>
public sealed class SeqEvent(JsonObject body)
{
    /// <summary>The message template.</summary>
    public string Template => Text("@mt") ?? Text("@m") ?? string.Empty;

    /// <summary><c>Information</c> is left out on the wire.</summary>
    public string Level => Text("@l") ?? "Information";

    public string? Exception => Text("@x");

    public string? TraceId => Text("@tr");

    /// <summary>A property as text, whatever its type; null where it is absent.</summary>
    public string? this[string property] => Text(property);

    public override string ToString() => body.ToJsonString();

    private string? Text(string name) => body[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => other.ToJsonString(),
    };
}
