using System.Buffers;
using System.Text;
using System.Text.Json;
using Harbor.State.Documents;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace Harbor.State.Mongo;

/// <summary>
/// How a document looks in MongoDB: its JSON's fields, with the id as <c>_id</c> and the version as <c>v</c>; its index keys under <c>_ix</c>;
/// under <c>_ixs</c> for which indexes those were computed; under <c>_b</c>, where it was written with others, a mark of that one command; and under <c>_d</c> what it changed
/// of the version before, where that is known (<see cref="MongoDelta{T}"/>).
/// </summary>
internal sealed class MongoShape<T>
    where T : Document
{
    public const string Id = "_id";
    public const string Version = "v";
    public const string Keys = "_ix";
    public const string Indexes = "_ixs";
    public const string Batch = "_b";
    public const string Delta = "_d";

    private static readonly byte[] _id = Encoding.UTF8.GetBytes(Id);
    private static readonly byte[] _version = Encoding.UTF8.GetBytes(Version);
    private static readonly byte[] _deltaName = Encoding.UTF8.GetBytes(Delta);
    private static readonly byte[][] _ofTheStore = [.. new[] { Keys, Indexes, Batch, Delta }.Select(Encoding.UTF8.GetBytes)];

    private readonly DocumentType<T> _type;
    private readonly MongoDelta<T> _delta;

    public MongoShape(DocumentType<T> type)
    {
        _type = type;
        _delta = new(type);
        if (type.Json.Properties.Select(property => property.Name).FirstOrDefault(name => name is Id or Version or Keys or Indexes or Batch or Delta) is { } taken)
        {
            throw new ArgumentException($"{typeof(T).Name} has a field '{taken}', a name that MongoDB documents keep for the store.", nameof(type));
        }

        IndexNames = string.Join(' ', type.Indexes.Select(index => index.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>What a document written now has under <see cref="Indexes"/>.</summary>
    public string IndexNames { get; }

    public static bool IsVersion(ReadOnlySpan<byte> name) => name.SequenceEqual(_version);

    public static bool IsDelta(ReadOnlySpan<byte> name) => name.SequenceEqual(_deltaName);

    public static string KeyOf(string index) => $"{Keys}.{index}";

    /// <summary>A condition for documents whose last change was a replacement that says of itself that it changed one property alone.</summary>
    /// <param name="property">The property.</param>
    /// <param name="at">Where the document stands in what the condition is for.</param>
    public BsonDocument ChangesNothingBut(string property, string at)
    {
        var name = BsonNames.Escape(_type.NameOf(property));
        var condition = new BsonDocument($"{at}.{Delta}.{name}", new BsonDocument("$exists", true));
        foreach (var other in _type.Fields.Select(field => BsonNames.Escape(field.Name)).Where(other => other != name))
        {
            condition[$"{at}.{Delta}.{other}"] = new BsonDocument("$exists", false);
        }

        // Where somebody has changed the document since, it says so of another version than it has.
        condition["$expr"] = new BsonDocument("$eq", new BsonArray { new BsonDocument("$arrayElemAt", new BsonArray { $"${at}.{Delta}.{Version}", 1 }), $"${at}.{Version}" });
        return condition;
    }

    /// <summary>The version of a document that need not be read for that: it stands at its start. Null where there is none.</summary>
    public static long? VersionOf(BsonDocument stored)
    {
        for (var elements = new BsonElements(BsonElements.BytesOf(stored)); elements.MoveNext();)
        {
            if (IsVersion(elements.Name))
            {
                return elements.ToNumber();
            }
        }

        return null;
    }

    /// <summary>What takes the place of the version that was read.</summary>
    /// <param name="replacement">What was read, and what is to be stored.</param>
    /// <param name="version">Its version.</param>
    /// <param name="batch">The command that it is written by together with others.</param>
    public BsonDocument ToBson(Replacement<T> replacement, long version, ObjectId? batch = null) => ToBson(replacement.Document, version, _delta.Of(replacement, version), batch);

    public BsonDocument ToBson(T document, long version) => ToBson(document, version, null, null);

    /// <summary>Packed: it goes to the wire as it is.</summary>
    private RawBsonDocument ToBson(T document, long version, BsonDocument? delta, ObjectId? batch)
    {
        using var bytes = new MemoryStream(1024);
        using var writer = new BsonBinaryWriter(bytes);
        writer.WriteStartDocument();
        writer.WriteString(Id, document.Id);
        writer.WriteInt64(Version, version);
        if (delta is not null)
        {
            // Before what it speaks of.
            Write(writer, Delta, delta);
        }

        BsonJson.WriteElements(writer, _type.Write(document), name => name != _type.IdName && name != _type.VersionName);
        Write(writer, Keys, KeysOf(document));
        writer.WriteString(Indexes, IndexNames);
        if (batch is not null)
        {
            writer.WriteObjectId(Batch, batch.Value);
        }

        writer.WriteEndDocument();
        return new(bytes.ToArray());
    }

    private static void Write(BsonBinaryWriter writer, string name, BsonDocument document)
    {
        writer.WriteName(name);
        BsonDocumentSerializer.Instance.Serialize(BsonSerializationContext.CreateRoot(writer), document);
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

    /// <param name="stored">The document.</param>
    /// <param name="known">A version of it that need not be read again.</param>
    public T FromBson(BsonDocument stored, T? known) => (known is null ? null : _delta.Apply(BsonElements.BytesOf(stored), known)) ?? FromBson(stored);

    private T FromBson(BsonDocument stored)
    {
        var version = default(long?);
        var json = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            for (var elements = new BsonElements(BsonElements.BytesOf(stored)); elements.MoveNext();)
            {
                var name = elements.Name;
                if (name.SequenceEqual(_id))
                {
                    writer.WriteString(_type.IdName, elements.Type == BsonType.String ? elements.Text : throw new JsonException("A stored document's id is no string."));
                }
                else if (IsVersion(name))
                {
                    version = elements.ToNumber() ?? throw new JsonException("A stored document's version is no number.");
                }
                else if (!IsOfTheStore(name))
                {
                    BsonJson.WriteElement(writer, elements);
                }
            }

            writer.WriteEndObject();
        }

        return _type.Read(json.WrittenSpan, version ?? throw new JsonException($"A stored document has no '{Version}'."));
    }

    private static bool IsOfTheStore(ReadOnlySpan<byte> name)
    {
        foreach (var own in _ofTheStore)
        {
            if (name.SequenceEqual(own))
            {
                return true;
            }
        }

        return false;
    }
}
