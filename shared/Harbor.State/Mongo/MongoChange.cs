using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace Harbor.State.Mongo;

/// <summary>What a change stream says of one document, still packed as it came: a node sees every change of every port, and most it only compares.</summary>
/// <param name="Id">The document's id; null: the event is the collection's as a whole, which was dropped or renamed.</param>
/// <param name="Time">The server's clock at the change; null where it does not say.</param>
/// <param name="IsDeletion">The document is gone.</param>
/// <param name="Document">The document as it became; null where it is gone, or was by the time the server looked it up.</param>
internal sealed record MongoChange(string? Id, BsonTimestamp? Time, bool IsDeletion, BsonDocument? Document)
{
    /// <summary>Reads an event by the names that the server gives its fields, in one pass: to ask a packed document for a field is to go through it.</summary>
    public static MongoChange Read(RawBsonDocument change)
    {
        string? operation = null;
        string? id = null;
        BsonTimestamp? time = null;
        BsonDocument? document = null;
        using var reader = BsonJson.Open(change);
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            switch (reader.ReadName(), reader.GetCurrentBsonType())
            {
                case ("operationType", BsonType.String):
                    operation = reader.ReadString();
                    break;
                case ("documentKey", BsonType.Document):
                    id = Packed(reader).GetValue("_id", null)?.ToString();
                    break;
                case ("clusterTime", BsonType.Timestamp):
                    time = new(reader.ReadTimestamp());
                    break;
                case ("fullDocument", BsonType.Document):
                    document = Packed(reader);
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        return new(operation is "insert" or "update" or "replace" or "delete" ? id : null, time, operation == "delete", document);
    }

    private static RawBsonDocument Packed(IBsonReader value) => new(value.ReadRawBsonDocument());
}
