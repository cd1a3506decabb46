using System.Buffers;
using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using JsonTokenType = System.Text.Json.JsonTokenType;

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

    /// <summary>Reads a document from its start. Of one that is still as it came over the wire nothing is unpacked that is not read.</summary>
    public static IBsonReader Open(BsonDocument document)
        => document is RawBsonDocument raw ? new BsonBinaryReader(new ByteBufferStream(raw.Slice)) : new BsonDocumentReader(document);

    /// <summary>Writes the elements that the reader has before it in its document into the object that the writer has open.</summary>
    public static void WriteElements(Utf8JsonWriter writer, IBsonReader elements)
    {
        while (elements.ReadBsonType() != BsonType.EndOfDocument)
        {
            WriteElement(writer, elements.ReadName(), elements);
        }
    }

    /// <summary>Writes the element whose name was read.</summary>
    public static void WriteElement(Utf8JsonWriter writer, string name, IBsonReader value)
    {
        writer.WritePropertyName(BsonNames.Unescape(name));
        WriteValue(writer, value);
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

    private static void WriteValue(Utf8JsonWriter writer, IBsonReader value)
    {
        switch (value.GetCurrentBsonType())
        {
            case BsonType.Document:
                writer.WriteStartObject();
                value.ReadStartDocument();
                WriteElements(writer, value);
                value.ReadEndDocument();
                writer.WriteEndObject();
                break;
            case BsonType.Array:
                writer.WriteStartArray();
                value.ReadStartArray();
                while (value.ReadBsonType() != BsonType.EndOfDocument)
                {
                    WriteValue(writer, value);
                }

                value.ReadEndArray();
                writer.WriteEndArray();
                break;
            case BsonType.String:
                writer.WriteStringValue(value.ReadString());
                break;
            case BsonType.Int32:
                writer.WriteNumberValue(value.ReadInt32());
                break;
            case BsonType.Int64:
                writer.WriteNumberValue(value.ReadInt64());
                break;
            case BsonType.Double:
                writer.WriteNumberValue(value.ReadDouble());
                break;
            case BsonType.Decimal128:
                writer.WriteRawValue(value.ReadDecimal128().ToString());
                break;
            case BsonType.Boolean:
                writer.WriteBooleanValue(value.ReadBoolean());
                break;
            case BsonType.Null:
                value.ReadNull();
                writer.WriteNullValue();
                break;
            default:
                throw new JsonException($"A stored document has a value of type {value.GetCurrentBsonType()}, which Harbor does not write.");
        }
    }
}
