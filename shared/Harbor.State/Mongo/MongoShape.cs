using System.Buffers;
using System.Text.Json;
using Harbor.State.Documents;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace Harbor.State.Mongo;

/// <summary>
/// How a document looks in MongoDB: its JSON's fields, with the id as <c>_id</c> and the version as <c>v</c>; its index keys under <c>_ix</c>;
/// under <c>_ixs</c> for which indexes those were computed; and under <c>_b</c>, where it was written with others, a mark of that one command.
/// </summary>
internal sealed class MongoShape<T>
    where T : Document
{
    public const string Id = "_id";
    public const string Version = "v";
    public const string Keys = "_ix";
    public const string Indexes = "_ixs";
    public const string Batch = "_b";

    private readonly DocumentType<T> _type;
    private readonly string _idName;
    private readonly string _versionName;

    public MongoShape(DocumentType<T> type)
    {
        _type = type;
        var names = type.Json.Properties.Select(property => property.Name).ToList();
        _idName = names.Single(name => name.Equals(nameof(Document.Id), StringComparison.OrdinalIgnoreCase));
        _versionName = names.Single(name => name.Equals(nameof(Document.Version), StringComparison.OrdinalIgnoreCase));
        if (names.Find(name => name is Id or Version or Keys or Indexes or Batch) is { } taken)
        {
            throw new ArgumentException($"{typeof(T).Name} has a field '{taken}', a name that MongoDB documents keep for the store.", nameof(type));
        }

        IndexNames = string.Join(' ', type.Indexes.Select(index => index.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>What a document written now has under <see cref="Indexes"/>.</summary>
    public string IndexNames { get; }

    public static string KeyOf(string index) => $"{Keys}.{index}";

    /// <summary>The version of a document that need not be read for that: it stands at its start. Null where there is none.</summary>
    public static long? VersionOf(BsonDocument stored)
    {
        using var reader = BsonJson.Open(stored);
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            if (reader.ReadName() == Version)
            {
                return ReadNumber(reader);
            }

            reader.SkipValue();
        }

        return null;
    }

    public BsonDocument ToBson(T document, long version)
    {
        var body = BsonJson.ToBson(_type.Write(document));
        body.Remove(_idName);
        body.Remove(_versionName);
        var stored = new BsonDocument { [Id] = document.Id, [Version] = new BsonInt64(version) };
        stored.AddRange(body);
        stored.Add(Keys, KeysOf(document));
        stored.Add(Indexes, IndexNames);
        return stored;
    }

    /// <summary>An index without keys is left out: an empty array would count as one value in a unique index.</summary>
    public BsonDocument KeysOf(T document)
    {
        var keys = new BsonDocument();
        foreach (var index in _type.Indexes)
        {
            var values = new BsonArray(index.Keys(document).Distinct(StringComparer.Ordinal));
            if (values.Count > 0)
            {
                keys.Add(index.Name, values);
            }
        }

        return keys;
    }

    public T FromBson(BsonDocument stored)
    {
        var version = default(long?);
        var json = new ArrayBufferWriter<byte>(1024);
        using (var reader = BsonJson.Open(stored))
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            reader.ReadStartDocument();
            while (reader.ReadBsonType() != BsonType.EndOfDocument)
            {
                switch (reader.ReadName())
                {
                    case Id:
                        writer.WriteString(_idName, reader.GetCurrentBsonType() == BsonType.String ? reader.ReadString() : throw new JsonException("A stored document's id is no string."));
                        break;
                    case Version:
                        version = ReadNumber(reader) ?? throw new JsonException("A stored document's version is no number.");
                        break;
                    case Keys or Indexes or Batch:
                        reader.SkipValue();
                        break;
                    case var name:
                        BsonJson.WriteElement(writer, name, reader);
                        break;
                }
            }

            writer.WriteEndObject();
        }

        return _type.Read(json.WrittenSpan, version ?? throw new JsonException($"A stored document has no '{Version}'."));
    }

    /// <summary>Null where it is none.</summary>
    private static long? ReadNumber(IBsonReader value) => value.GetCurrentBsonType() switch
    {
        BsonType.Int64 => value.ReadInt64(),
        BsonType.Int32 => value.ReadInt32(),
        BsonType.Double => (long)value.ReadDouble(),
        _ => null,
    };
}
