using System.Buffers;
using System.Text.Json;
using MongoDB.Bson;

namespace Harbor.State.Mongo;

/// <summary>Turns JSON into BSON and back without loss: objects, arrays, strings, numbers, booleans, null. All else is a string in both.</summary>
internal static class BsonJson
{
    public static BsonDocument ToBson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return ReadObject(ref reader);
    }

    /// <summary>Writes the elements of a document into the object that the writer has open.</summary>
    public static void WriteElements(Utf8JsonWriter writer, IEnumerable<BsonElement> elements)
    {
        foreach (var element in elements)
        {
            writer.WritePropertyName(BsonNames.Unescape(element.Name));
            WriteValue(writer, element.Value);
        }
    }

    private static BsonDocument ReadObject(ref Utf8JsonReader reader)
    {
        var document = new BsonDocument();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = BsonNames.Escape(reader.GetString()!);
            reader.Read();
            document.Add(name, ReadValue(ref reader));
        }

        return document;
    }

    private static BsonValue ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader);
            case JsonTokenType.StartArray:
                var array = new BsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    array.Add(ReadValue(ref reader));
                }

                return array;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.True:
                return BsonBoolean.True;
            case JsonTokenType.False:
                return BsonBoolean.False;
            case JsonTokenType.Null:
                return BsonNull.Value;
            default:
                throw new JsonException($"A document cannot hold {reader.TokenType}.");
        }
    }

    private static BsonValue ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt32(out var small))
        {
            return small;
        }

        if (reader.TryGetInt64(out var big))
        {
            return big;
        }

        // Beyond a long, or with a fraction: a double where it is exact enough to print the same again, else a decimal.
        var text = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        return text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0 ? reader.GetDouble() : new BsonDecimal128(Decimal128.Parse(System.Text.Encoding.ASCII.GetString(text)));
    }

    private static void WriteValue(Utf8JsonWriter writer, BsonValue value)
    {
        switch (value.BsonType)
        {
            case BsonType.Document:
                writer.WriteStartObject();
                WriteElements(writer, value.AsBsonDocument);
                writer.WriteEndObject();
                break;
            case BsonType.Array:
                writer.WriteStartArray();
                foreach (var item in value.AsBsonArray)
                {
                    WriteValue(writer, item);
                }

                writer.WriteEndArray();
                break;
            case BsonType.String:
                writer.WriteStringValue(value.AsString);
                break;
            case BsonType.Int32:
                writer.WriteNumberValue(value.AsInt32);
                break;
            case BsonType.Int64:
                writer.WriteNumberValue(value.AsInt64);
                break;
            case BsonType.Double:
                writer.WriteNumberValue(value.AsDouble);
                break;
            case BsonType.Decimal128:
                writer.WriteRawValue(value.AsDecimal128.ToString());
                break;
            case BsonType.Boolean:
                writer.WriteBooleanValue(value.AsBoolean);
                break;
            case BsonType.Null:
                writer.WriteNullValue();
                break;
            default:
                throw new JsonException($"A stored document has a value of type {value.BsonType}, which Harbor does not write.");
        }
    }
}
