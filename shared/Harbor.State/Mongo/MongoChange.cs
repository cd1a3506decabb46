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
    public static MongoChange Read(RawBsonDocument change)
    {
        var operation = change["operationType"].AsString;
        return new(
            operation is "insert" or "update" or "replace" or "delete" ? change["documentKey"]["_id"].ToString() : null,
            change.GetValue("clusterTime", null) as BsonTimestamp,
            operation == "delete",
            change.GetValue("fullDocument", null) as BsonDocument);
    }
}
