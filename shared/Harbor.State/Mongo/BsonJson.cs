using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using JsonTokenType = System.Text.Json.JsonTokenType;

namespace Harbor.State.Mongo;

/// <summary>Turns JSON into BSON and back without loss: objects, arrays, strings, numbers, booleans, null. All else is a string in both.</summary>
internal static class BsonJson
{
    /// <summary>Writes the elements of a JSON object into the document that the writer has open.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="json">The object.</param>
    /// <param name="isWanted">Whether an element of it is to be written, by its name; without it all are. Asked for the outermost object's alone.</param>
    public static void WriteElements(IBsonWriter writer, ReadOnlySpan<byte> json, Func<string, bool>? isWanted = null)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        WriteElements(writer, ref reader, isWanted);
    }

    /// <summary>The JSON of a value that is stored so.</summary>
    public static ReadOnlySpan<byte> ToJson(BsonType type, ReadOnlySpan<byte> value)
    {
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json))
        {
            WriteValue(writer, type, value);
        }

        return json.WrittenSpan;
    }

    /// <summary>Writes an element into the object that the writer has open.</summary>
    public static void WriteElement(Utf8JsonWriter writer, in BsonElements element)
    {
        if (element.Name.Contains((byte)'%'))
        {
            writer.WritePropertyName(BsonNames.Unescape(Encoding.UTF8.GetString(element.Name)));
        }
        else
        {
            writer.WritePropertyName(element.Name);
        }

        WriteValue(writer, element.Type, element.Value);
    }

    private static void WriteElements(IBsonWriter writer, ref Utf8JsonReader json, Func<string, bool>? isWanted)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var name = json.GetString()!;
            json.Read();
            if (isWanted?.Invoke(name) is false)
            {
                json.Skip();
                continue;
            }

            writer.WriteName(BsonNames.Escape(name));
            WriteValue(writer, ref json);
        }
    }

    private static void WriteValue(IBsonWriter writer, ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartDocument();
                WriteElements(writer, ref json, null);
                writer.WriteEndDocument();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                {
                    WriteValue(writer, ref json);
                }

                writer.WriteEndArray();
                break;
            case JsonTokenType.String:
                writer.WriteString(json.GetString());
                break;
            case JsonTokenType.Number:
                WriteNumber(writer, ref json);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.WriteBoolean(json.TokenType == JsonTokenType.True);
                break;
            case JsonTokenType.Null:
                writer.WriteNull();
                break;
            default:
                throw new JsonException($"A document cannot hold {json.TokenType}.");
        }
    }

    private static void WriteNumber(IBsonWriter writer, ref Utf8JsonReader json)
    {
        if (json.TryGetInt32(out var small))
        {
            writer.WriteInt32(small);
        }
        else if (json.TryGetInt64(out var big))
        {
            writer.WriteInt64(big);
        }
        else if ((json.HasValueSequence ? json.ValueSequence.ToArray() : json.ValueSpan) is var text && text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0)
        {
            writer.WriteDouble(json.GetDouble());
        }
        else
        {
            // Beyond a long.
            writer.WriteDecimal128(Decimal128.Parse(Encoding.ASCII.GetString(text)));
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, BsonType type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case BsonType.Document:
                writer.WriteStartObject();
                for (var elements = new BsonElements(value); elements.MoveNext();)
                {
                    WriteElement(writer, elements);
                }

                writer.WriteEndObject();
                break;
            case BsonType.Array:
                writer.WriteStartArray();
                for (var elements = new BsonElements(value); elements.MoveNext();)
                {
                    WriteValue(writer, elements.Type, elements.Value);
                }

                writer.WriteEndArray();
                break;
            case BsonType.String:
                writer.WriteStringValue(BsonElements.TextOf(value));
                break;
            case BsonType.Int32:
                writer.WriteNumberValue(BinaryPrimitives.ReadInt32LittleEndian(value));
                break;
            case BsonType.Int64:
                writer.WriteNumberValue(BinaryPrimitives.ReadInt64LittleEndian(value));
                break;
            case BsonType.Double:
                writer.WriteNumberValue(BinaryPrimitives.ReadDoubleLittleEndian(value));
                break;
            case BsonType.Decimal128:
                writer.WriteRawValue(Decimal128.FromIEEEBits(BinaryPrimitives.ReadUInt64LittleEndian(value[8..]), BinaryPrimitives.ReadUInt64LittleEndian(value)).ToString());
                break;
            case BsonType.Boolean:
                writer.WriteBooleanValue(value[0] != 0);
                break;
            case BsonType.Null:
                writer.WriteNullValue();
                break;
            default:
                throw new JsonException($"A stored document has a value of type {type}, which Harbor does not write.");
        }
    }
}
