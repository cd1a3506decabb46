using System.Text;
using Harbor.State.Documents;
using MongoDB.Bson;

namespace Harbor.State.Mongo;

/// <summary>
/// What a replacement says of itself in the document that it stores: the version that it replaced, its own, so that it is not taken for what another's write left in the document, and by name the fields that it changed. Of a list it says which elements are those that
/// were there, as pairs of a first place and a count, where <see cref="New"/> for a place stands for new ones. Who has the version that was replaced reads no more than the rest: a document that was
/// stored by compare-and-swap has all else as it was.
/// </summary>
/// <example><c>{ v: [1700, 1705], policy: null, backends: [0, 3, 4, 16, -1, 1] }</c>: another policy, and of twenty backends the fourth has left and one has come.</example>
internal sealed partial class MongoDelta<T>
    where T : Document
{
    private const int New = -1;

    private readonly IReadOnlyList<DocumentField> _fields;
    private readonly byte[][] _names;

    public MongoDelta(DocumentType<T> type)
    {
        _fields = type.Fields;
        _names = [.. _fields.Select(field => Encoding.UTF8.GetBytes(BsonNames.Escape(field.Name)))];
    }

    public BsonDocument Of(Replacement<T> replacement, long version)
    {
        if (replacement.Read.Id != replacement.Document.Id || replacement.Read.Version != replacement.Document.Version)
        {
            throw new ArgumentException($"{replacement.Document.Id} was not made from what was read: version {replacement.Document.Version}, not {replacement.Read.Version} of {replacement.Read.Id}.", nameof(replacement));
        }

        var delta = new BsonDocument(MongoShape<T>.Version, new BsonArray { replacement.Read.Version, version });
        foreach (var field in _fields)
        {
            var (before, after) = (field.ValueIn(replacement.Read), field.ValueIn(replacement.Document));
            if (!Equals(before, after))
            {
                delta.Add(BsonNames.Escape(field.Name), field.IsList && before is not null && after is not null ? Kept((IReadOnlyList<object?>)before, (IReadOnlyList<object?>)after) : BsonNull.Value);
            }
        }

        return delta;
    }

    /// <summary>Which elements of the one list are in the other, in their order there.</summary>
    private static BsonArray Kept(IReadOnlyList<object?> before, IReadOnlyList<object?> after)
    {
        var runs = new BsonArray();
        var (next, first, count) = (0, 0, 0);
        foreach (var element in after)
        {
            var place = next;
            while (place < before.Count && !ReferenceEquals(before[place], element))
            {
                place++;
            }

            var isKept = place < before.Count;
            if (count > 0 && (isKept ? first != New && place == first + count : first == New))
            {
                count++;
            }
            else
            {
                Close();
                (first, count) = (isKept ? place : New, 1);
            }

            next = isKept ? place + 1 : next;
        }

        Close();
        return runs;

        void Close()
        {
            if (count > 0)
            {
                runs.Add(first);
                runs.Add(count);
            }
        }
    }
}
