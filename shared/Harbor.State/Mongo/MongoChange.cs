using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace Harbor.State.Mongo;

/// <summary>What a change stream says of one document, still packed as it came: a node sees every change of every port, and most it only compares.</summary>
/// <param name="Id">The document's id; null: the event is the collection's as a whole, which was dropped or renamed.</param>
/// <param name="Time">The server's clock at the change; null where it does not say.</param>
/// <param name="IsDeletion">The document is gone.</param>
/// <param name="Document">The document as it became; null where it is gone, or was by the time the server looked it up.</param>
internal sealed record MongoChange(string? Id, BsonTimestamp? Time, bool IsDeletion, BsonDocument? Document)
{
    /// <summary>Reads an event by the names that the server gives its fields.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static MongoChange Read(RawBsonDocument change)
    {
        var (isOfDocument, isDeletion) = (false, false);
        string? id = null;
        BsonTimestamp? time = null;
        BsonDocument? document = null;
        for (var elements = new BsonElements(BsonElements.BytesOf(change)); elements.MoveNext();)
        {
            var name = elements.Name;
            switch (elements.Type)
            {
                case BsonType.String when name.SequenceEqual("operationType"u8):
                    isDeletion = elements.Text.SequenceEqual("delete"u8);
                    isOfDocument = isDeletion || elements.Text.SequenceEqual("insert"u8) || elements.Text.SequenceEqual("update"u8) || elements.Text.SequenceEqual("replace"u8);
                    break;
                case BsonType.Document when name.SequenceEqual("documentKey"u8):
                    id = IdIn(elements.Value);
                    break;
                case BsonType.Timestamp when name.SequenceEqual("clusterTime"u8):
                    time = new(BinaryPrimitives.ReadInt64LittleEndian(elements.Value));
                    break;
                case BsonType.Document when name.SequenceEqual("fullDocument"u8):
                    document = new RawBsonDocument(change.Slice.GetSlice(elements.ValueStart, elements.Value.Length));
                    break;
            }
        }

        return new(isOfDocument ? id : null, time, isDeletion, document);
    }

    /// <summary>What is no text is no document of Harbor's, and has to be told from the others all the same.</summary>
    private static string? IdIn(ReadOnlySpan<byte> key)
    {
        for (var elements = new BsonElements(key); elements.MoveNext();)
        {
            if (elements.Name.SequenceEqual("_id"u8))
            {
                return elements.Type == BsonType.String ? Encoding.UTF8.GetString(elements.Text) : $"{elements.Type} {Convert.ToHexString(elements.Value)}";
            }
        }

        return null;
    }
}
