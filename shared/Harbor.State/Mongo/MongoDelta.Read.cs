using Harbor.State.Documents;
using MongoDB.Bson;

namespace Harbor.State.Mongo;

/// <content>Reading a document of which an older version is known.</content>
internal sealed partial class MongoDelta<T>
{
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
                if (version is not { } own || ReadChanges(elements, known.Version, own) is not { } said)
                {
                    return null;
                }

                changes = said;
                document = (T)((Document)known with { Version = own });
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

    /// <summary>By the place of the field; null where it is not said of these two versions, or cannot be understood.</summary>
    private Change[]? ReadChanges(in BsonElements delta, long known, long version)
    {
        if (delta.Type != BsonType.Document)
        {
            return null;
        }

        var changes = new Change[_fields.Count];
        var (isOfThese, expected) = (false, 0);
        for (var elements = new BsonElements(delta.Value); elements.MoveNext();)
        {
            if (MongoShape<T>.IsVersion(elements.Name))
            {
                isOfThese = elements.Type == BsonType.Array && IsPair(elements.Value, known, version);
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

        return isOfThese ? changes : null;
    }

    private static bool IsPair(ReadOnlySpan<byte> array, long first, long second)
    {
        var elements = new BsonElements(array);
        return elements.MoveNext() && elements.ToNumber() == first && elements.MoveNext() && elements.ToNumber() == second && !elements.MoveNext();
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
