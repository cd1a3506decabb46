using System.Text.Json.Serialization.Metadata;

namespace Harbor.State.Documents;

/// <summary>One kind of document: its collection, its shape (JSON in both homes), and what it can be asked for by.</summary>
public sealed record DocumentType<T>(string Collection, JsonTypeInfo<T> Json, params IReadOnlyList<DocumentIndex<T>> Indexes)
    where T : Document;
