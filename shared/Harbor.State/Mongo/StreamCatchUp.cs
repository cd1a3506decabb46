using MongoDB.Bson;

namespace Harbor.State.Mongo;

/// <summary>
/// Which events of a change stream may be older than what was read of their documents: first the snapshot, then single documents. Times are the server's clock at the
/// end of a read: what is later was not in it, and what is not may have been. Where the server tells no time, everything may.
/// </summary>
internal sealed class StreamCatchUp
{
    /// <summary>Answers without an event after which the stream has passed a read; the first may have been on its way before.</summary>
    private const int EmptyAnswers = 2;

    private readonly Dictionary<string, BsonTimestamp?> _readAgain = new(StringComparer.Ordinal);
    private BsonTimestamp? _snapshot;
    private BsonTimestamp? _last;
    private int _emptyAnswersLeft;

    /// <summary>The stream has passed every read: whatever it says is news.</summary>
    public bool IsOver => _emptyAnswersLeft == 0;

    public void Begin(BsonTimestamp? snapshot)
    {
        _readAgain.Clear();
        _snapshot = _last = snapshot;
        _emptyAnswersLeft = EmptyAnswers;
    }

    public bool IsAfterRead(string id, BsonTimestamp? time)
        => (_readAgain.TryGetValue(id, out var read) ? read : _snapshot) is { } known && time is not null && time > known;

    public void ReadAgain(IEnumerable<string> ids, BsonTimestamp? time)
    {
        foreach (var id in ids)
        {
            _readAgain[id] = time;
        }

        _last = time;
        _emptyAnswersLeft = EmptyAnswers;
    }

    /// <summary>An answer after which nothing had to be read, up to this event; null where it had none. Where changes never cease no answer is empty, and only the event ends it.</summary>
    public void Passed(BsonTimestamp? newest)
    {
        if (newest is null)
        {
            _emptyAnswersLeft--;
        }
        else if (_last is not null && newest > _last)
        {
            _emptyAnswersLeft = 0;
        }

        if (IsOver)
        {
            _readAgain.Clear();
        }
    }
}
