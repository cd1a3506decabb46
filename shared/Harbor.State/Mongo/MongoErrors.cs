using MongoDB.Driver;

namespace Harbor.State.Mongo;

/// <summary>What a failure of MongoDB or of its driver means here.</summary>
internal static class MongoErrors
{
    /// <summary>The stream cannot go on where it was; only a new snapshot helps.</summary>
    public static bool IsHistoryLost(Exception exception)
        => exception is MongoException mongo && (mongo.HasErrorLabel("NonResumableChangeStreamError") || exception is MongoCommandException
        {
            // CappedPositionLost, InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost, resume token not found.
            Code: 136 or 260 or 280 or 286 or 40576 or 40585 or 40615 or 50811,
        });

    /// <summary>The server has no change streams: a standalone mongod, or an engine that speaks the protocol without them.</summary>
    public static bool IsNoChangeStreams(Exception exception)
        => exception is NotSupportedException or MongoCommandException
        {
            // IllegalOperation, CommandNotFound, CommandNotSupported, APIStrictError, not a replica set, unknown pipeline stage, feature not supported.
            Code: 20 or 59 or 115 or 303 or 323 or 40573 or 40324 or 16436,
        };

    /// <summary>The driver's own ways to say that a server cannot be reached or does not do as it is asked.</summary>
    public static bool IsUnavailable(Exception exception) => exception is MongoException or TimeoutException or IOException or System.Net.Sockets.SocketException;

    /// <summary>The server gave up this operation, and made nothing of it, for the sake of another: what it says when it will not wait for a lock, or finds a deadlock.</summary>
    public static bool IsLostRace(MongoException exception) => exception switch
    {
        MongoWriteException write => IsLostRace(write.WriteError?.Code),
        MongoCommandException command => IsLostRace(command.Code),
        _ => false,
    };

    // WriteConflict; and DocumentDB's number for PostgreSQL's "deadlock detected".
    private static bool IsLostRace(int? code) => code is 112 or 16908292;

    /// <summary>A write that lost against a unique index.</summary>
    public static bool IsDuplicateKey(Exception exception) => exception switch
    {
        MongoWriteException write => write.WriteError is { Category: ServerErrorCategory.DuplicateKey },
        MongoBulkWriteException { WriteConcernError: null } bulk => bulk.WriteErrors.Count > 0 && bulk.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey),
        _ => false,
    };
}
