using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Harbor.State.Documents;

/// <summary>One kind of document: its collection, its shape (JSON in both homes), and what it can be asked for by.</summary>
public sealed record DocumentType<T>(string Collection, JsonTypeInfo<T> Json, params IReadOnlyList<DocumentIndex<T>> Indexes)
    where T : Document
{
    /// <summary>
    /// For reading. Generated code gives an init-only property that is not in the JSON its type's default, and not what its initialiser says:
    /// a list that was added to a document would be null in all that is stored already. The reflecting reader leaves such a property alone.
    /// </summary>
    private readonly JsonTypeInfo<T> _reading = (JsonTypeInfo<T>)new JsonSerializerOptions(Json.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new JsonStringEnumConverter() },
    }.GetTypeInfo(typeof(T));

    /// <summary>What the id is called in the JSON.</summary>
    internal string IdName => field ??= NameOf(nameof(Document.Id));

    /// <summary>What the version is called in the JSON.</summary>
    internal string VersionName => field ??= NameOf(nameof(Document.Version));

    /// <summary>All but id and version.</summary>
    internal IReadOnlyList<DocumentField> Fields => field ??=
        [.. _reading.Properties.Where(property => property.Name != IdName && property.Name != VersionName).Select(property => new DocumentField(property))];

    /// <summary>What a property is called in the JSON.</summary>
    internal string NameOf(string property)
        => Json.Properties.Select(field => field.Name).SingleOrDefault(name => name.Equals(property, StringComparison.OrdinalIgnoreCase))
           ?? throw new ArgumentException($"{typeof(T).Name} has no property '{property}'.", nameof(property));

    internal T Read(ReadOnlySpan<byte> json, long version) => (T)((Document)JsonSerializer.Deserialize(json, _reading)! with { Version = version });

    internal byte[] Write(T document) => JsonSerializer.SerializeToUtf8Bytes(document, Json);

    /// <summary>A query that no home could answer is a bug of the caller.</summary>
    internal void Check(DocumentQuery query)
    {
        if (query.Index is not null && !Indexes.Any(index => index.Name == query.Index))
        {
            throw new ArgumentException($"{Collection} has no index '{query.Index}'.", nameof(query));
        }

        if ((query.Index is null) != (query.Key is null))
        {
            throw new ArgumentException("An index goes with a key.", nameof(query));
        }

        if (query.Match == KeyMatch.UpTo && query.AfterId is not null)
        {
            throw new ArgumentException("Paging by id does not go with UpTo, which is ordered by key.", nameof(query));
        }
    }

    internal void CheckId(string id)
    {
        if (id.Length is 0 or > 512)
        {
            throw new ArgumentException($"An id in {Collection} has 1 to 512 characters, not {id.Length}.", nameof(id));
        }
    }
}
