using System.Text.Json;
using System.Text.Json.Nodes;

namespace Harbor.Gateway.Broker.Parameters;

/// <summary>
/// Checks a value against a schema of <see cref="ParameterSchemas"/>, and says what is wrong in words that help. Knows the keywords which those use;
/// a test compares it with a full implementation of draft-04.
/// </summary>
internal static class SchemaCheck
{
    /// <summary>The first fault; null where there is none.</summary>
    public static string? FaultOf(JsonObject schema, JsonElement value) => FaultOf(schema, value, "parameters");

    private static string? FaultOf(JsonObject schema, JsonElement value, string name) => (string?)schema["type"] switch
    {
        "object" => OfObject(schema, value, name),
        "array" => OfArray(schema, value, name),
        "integer" => OfInteger(schema, value, name),
        "string" => OfText(schema, value, name),
        var other => throw new InvalidOperationException($"A schema of Harbor uses the type '{other}', which nothing checks."),
    };

    private static string? OfObject(JsonObject schema, JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return $"{name} must be an object.";
        }

        var known = schema["properties"]!.AsObject();
        foreach (var property in value.EnumerateObject())
        {
            if (known[property.Name] is not JsonObject expected)
            {
                return known.Count == 0
                    ? $"{name} must be empty: '{Shown(property.Name)}' is not known here."
                    : $"'{Shown(property.Name)}' is not a parameter here. Known are {string.Join(", ", known.Select(one => one.Key))}.";
            }

            if (FaultOf(expected, property.Value, property.Name) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static string? OfArray(JsonObject schema, JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return $"{name} must be an array.";
        }

        if (schema["maxItems"] is { } most && value.GetArrayLength() > (int)most)
        {
            return $"{name} must not have more than {(int)most} items.";
        }

        var items = schema["items"]!.AsObject();
        return value.EnumerateArray().Select((item, index) => FaultOf(items, item, $"{name}[{index}]")).FirstOrDefault(fault => fault is not null);
    }

    private static string? OfInteger(JsonObject schema, JsonElement value, string name)
    {
        var (least, most) = ((int)schema["minimum"]!, (int)schema["maximum"]!);
        return JsonNumbers.TryGetInteger(value, out var number) && number >= least && number <= most
            ? null
            : $"{name} must be a whole number from {least} to {most}.";
    }

    private static string? OfText(JsonObject schema, JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return $"{name} must be a text.";
        }

        var text = value.GetString()!;
        if (schema["enum"] is JsonArray words && !words.Any(word => (string?)word == text))
        {
            return $"{name} must be one of {string.Join(", ", words.Select(word => (string?)word))}.";
        }

        return (schema["minLength"] is { } least && text.Length < (int)least) || (schema["maxLength"] is { } most && text.Length > (int)most)
            ? $"{name} must have {schema["minLength"]} to {schema["maxLength"]} characters."
            : null;
    }

    /// <summary>A name that came from outside, cut to what an error message bears.</summary>
    private static string Shown(string name) => name.Length <= 64 ? name : $"{name[..64]}...";
}
