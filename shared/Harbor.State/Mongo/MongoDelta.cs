using System.Text;
using Harbor.State.Documents;
using MongoDB.Bson;

namespace Harbor.State.Mongo;

/// <summary>
/// What a replacement says of itself in the document that it stores: the version that it replaced, and by name the fields that it changed. Of a list it says which elements are those that
/// were there, as pairs of a first place and a count, where <see cref="New"/> for a place stands for new ones. Who has the version that was replaced reads no more than the rest: a document that was
/// stored by compare-and-swap has all else as it was.
/// </summary>
/// <example><c>{ v: 1700, policy: null, backends: [0, 3, 4, 16, -1, 1] }</c>: another policy, and of twenty backends the fourth has left and one has come.</example>
internal sealed class MongoDelta<T>
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

    public BsonDocument Of(Replacement<T> replacement)
    {
        if (replacement.Read.Id != replacement.Document.Id || replacement.Read.Version != replacement.Document.Version)
        {
            throw new ArgumentException($"{replacement.Document.Id} was not made from what was read: version {replacement.Document.Version}, not {replacement.Read.Version} of {replacement.Read.Id}.", nameof(replacement));
        }

        var delta = new BsonDocument(MongoShape<T>.Version, new BsonInt64(replacement.Read.Version));
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

    /// <summary>The stored document, made of what is known and what has changed since; null where it has to be read whole: another version than the known one was replaced, or it does not say.</summary>
    /// <exception cref="FormatException">A value cannot be read; so with the others that reading the whole may throw.</exception>
    public T? Apply(ReadOnlySpan<byte> stored, T known)
    {
        Span<bool> isStored = stackalloc bool[_fields.Count];
        long? version = null;
        Change[]? changes = null;
        T? document = null;
        var expected = 0;
        for (var elements = new BsonElements(stored); elements.MoveNext();)
        {
            if (MongoShape<T>.IsVersion(elements.Name))
            {
                version = elements.ToNumber();
            }
            else if (MongoShape<T>.IsDelta(elements.Name))
            {
                changes = ReadChanges(elements, known.Version);
                if (changes is null || version is null)
                {
                    return null;
                }

                document = (T)((Document)known with { Version = version.Value });
            }
            else if (PlaceOf(elements.Name, ref expected) is { } place)
            {
                isStored[place] = true;
                if (document is null || !TryRead(document, _fields[place], changes![place], elements))
                {
                    return null;
                }
            }
        }

        return document is not null && AreNull(document, changes!, isStored) ? document : null;
    }

    /// <summary>Null where it is no field of this program's.</summary>
    /// <param name="name">As it is stored.</param>
    /// <param name="expected">Documents have their fields in one order: the place to look at first, and then the one after what was found.</param>
    private int? PlaceOf(ReadOnlySpan<byte> name, ref int expected)
    {
        for (var step = 0; step < _names.Length; step++)
        {
            var place = (expected + step) % _names.Length;
            if (name.SequenceEqual(_names[place]))
            {
                expected = place + 1;
                return place;
            }
        }

        return null;
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

    /// <summary>By the place of the field; null where it was not the known version that was replaced, or what is said cannot be understood.</summary>
    private Change[]? ReadChanges(in BsonElements delta, long known)
    {
        if (delta.Type != BsonType.Document)
        {
            return null;
        }

        var changes = new Change[_fields.Count];
        var (isOfKnown, expected) = (false, 0);
        for (var elements = new BsonElements(delta.Value); elements.MoveNext();)
        {
            if (MongoShape<T>.IsVersion(elements.Name))
            {
                isOfKnown = elements.ToNumber() == known;
            }
            else if (PlaceOf(elements.Name, ref expected) is { } place)
            {
                var kept = elements.Type == BsonType.Array ? ReadRuns(elements.Value) : null;
                if (kept is null && elements.Type != BsonType.Null)
                {
                    return null;
                }

                changes[place] = new(true, kept);
            }
        }

        return isOfKnown ? changes : null;
    }

    private static List<Run>? ReadRuns(ReadOnlySpan<byte> array)
    {
        var runs = new List<Run>();
        for (var elements = new BsonElements(array); elements.MoveNext();)
        {
            var first = elements.ToNumber();
            if (!elements.MoveNext() || first is null or < New or > int.MaxValue || elements.ToNumber() is not (>= 0 and <= int.MaxValue and var count))
            {
                return null;
            }

            runs.Add(new((int)first, (int)count));
        }

        return runs;
    }

    /// <summary>Reads a field's value, or passes over it. False where the document does not keep what it says.</summary>
    private static bool TryRead(T document, DocumentField field, in Change change, in BsonElements stored)
    {
        if (!change.IsMade)
        {
            return true;
        }

        if (change.Kept is null)
        {
            field.Put(document, field.Read(BsonJson.ToJson(stored.Type, stored.Value)));
            return true;
        }

        if (stored.Type != BsonType.Array || !field.IsList || field.ValueIn(document) is not IReadOnlyList<object?> before || ReadList(field, before, change.Kept, stored.Value) is not { } list)
        {
            return false;
        }

        field.Put(document, list);
        return true;
    }

    private static object?[]? ReadList(DocumentField field, IReadOnlyList<object?> before, List<Run> runs, ReadOnlySpan<byte> array)
    {
        if (runs.Exists(run => run.First != New && run.First > before.Count - run.Count))
        {
            return null;
        }

        var list = field.NewList(runs.Sum(run => run.Count));
        var place = 0;
        var elements = new BsonElements(array);
        foreach (var run in runs)
        {
            for (var each = 0; each < run.Count; each++)
            {
                if (!elements.MoveNext())
                {
                    return null;
                }

                list[place++] = run.First == New ? field.ReadElement(BsonJson.ToJson(elements.Type, elements.Value)) : before[run.First + each];
            }
        }

        return elements.MoveNext() ? null : list;
    }

    /// <summary>What is null is not stored. Any other field that is missing was lost, as by a writer that does not know it.</summary>
    private bool AreNull(T document, Change[] changes, ReadOnlySpan<bool> isStored)
    {
        for (var place = 0; place < isStored.Length; place++)
        {
            if (!isStored[place] && (changes[place].IsMade || _fields[place].ValueIn(document) is not null))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="IsMade">False: the field is as it was.</param>
    /// <param name="Kept">Of a list: its elements, old and new; null: the value is another.</param>
    private readonly record struct Change(bool IsMade, List<Run>? Kept);

    /// <param name="First">The place where the first one was; <see cref="New"/>: they are new.</param>
    /// <param name="Count">How many follow one another.</param>
    private readonly record struct Run(int First, int Count);
}
