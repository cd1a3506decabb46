using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Harbor.State.Documents;

/// <summary>One field of a kind of document, by itself.</summary>
internal sealed class DocumentField
{
    private readonly JsonPropertyInfo _property;
    private readonly JsonTypeInfo _value;
    private readonly JsonTypeInfo? _element;

    public DocumentField(JsonPropertyInfo property)
    {
        _property = property;
        _value = property.Options.GetTypeInfo(property.PropertyType);
        if (property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && type.GetGenericArguments()[0] is { IsValueType: false } element)
        {
            _element = property.Options.GetTypeInfo(element);
        }
    }

    /// <summary>As in the JSON.</summary>
    public string Name => _property.Name;

    /// <summary>Whether its value is a list of objects: then the values can be read as such, and its elements one by one.</summary>
    public bool IsList => _element is not null;

    public object? ValueIn(Document document) => _property.Get!(document);

    /// <summary>Of a document that nobody else has yet.</summary>
    public void Put(Document document, object? value) => _property.Set!(document, value);

    public object? Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, _value);

    public object? ReadElement(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, _element!);

    /// <summary>A list to be filled, and then to be <see cref="Put"/>.</summary>
    public object?[] NewList(int count) => (object?[])Array.CreateInstance(_element!.Type, count);
}
