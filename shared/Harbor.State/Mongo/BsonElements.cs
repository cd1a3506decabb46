using System.Buffers.Binary;
using MongoDB.Bson;

namespace Harbor.State.Mongo;

/// <summary>
/// Goes through the elements of a BSON document in its bytes, as bsonspec.org lays them out (1.1). A watch reads every change of a collection, and most of it only to pass over it:
/// the driver's reader makes a string of each name on the way and asks its buffer for each byte.
/// </summary>
/// <exception cref="FormatException">The bytes are no document.</exception>
internal ref struct BsonElements
{
    private readonly ReadOnlySpan<byte> _document;
    private int _next = sizeof(int);

    public BsonElements(ReadOnlySpan<byte> document)
    {
        if (document.Length <= sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(document) != document.Length)
        {
            throw Broken();
        }

        _document = document;
    }

    public BsonType Type { get; private set; }

    /// <summary>In UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Where the value begins in the document.</summary>
    public int ValueStart { get; private set; }

    /// <summary>As it is stored: of a string with its length before it and the zero behind it.</summary>
    public readonly ReadOnlySpan<byte> Value => _document[ValueStart.._next];

    /// <summary>The text of a string, in UTF-8.</summary>
    public readonly ReadOnlySpan<byte> Text => TextOf(Value);

    public static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> value) => value[sizeof(int)..^1];

    /// <summary>The bytes of a document, without a copy where it is as it came over the wire in one piece.</summary>
    public static ReadOnlySpan<byte> BytesOf(BsonDocument document)
    {
        if (document is not RawBsonDocument raw)
        {
            return document.ToBson();
        }

        var length = raw.Slice.Length;
        var piece = raw.Slice.AccessBackingBytes(0);
        if (piece.Count >= length)
        {
            return piece.AsSpan(0, length);
        }

        var copy = new byte[length];
        raw.Slice.GetBytes(0, copy, 0, length);
        return copy;
    }

    public bool MoveNext()
    {
        var left = _document[_next..];
        if (left.IsEmpty)
        {
            throw Broken();
        }

        Type = (BsonType)left[0];
        if (Type == BsonType.EndOfDocument)
        {
            return false;
        }

        var end = left.IndexOf((byte)0);
        if (end < 1)
        {
            throw Broken();
        }

        Name = left[1..end];
        var value = left[(end + 1)..];
        var length = LengthOf(Type, value);
        if (length >= value.Length)
        {
            throw Broken();
        }

        ValueStart = _next + end + 1;
        _next = ValueStart + length;
        return true;
    }

    /// <summary>A whole number; null where the value is none.</summary>
    public readonly long? ToNumber() => Type switch
    {
        BsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Value),
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Value),
        BsonType.Double => (long)BinaryPrimitives.ReadDoubleLittleEndian(Value),
        _ => null,
    };

    private static int LengthOf(BsonType type, ReadOnlySpan<byte> value) => type switch
    {
        BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => 0,
        BsonType.Boolean => 1,
        BsonType.Int32 => 4,
        BsonType.Double or BsonType.Int64 or BsonType.DateTime or BsonType.Timestamp => 8,
        BsonType.ObjectId => 12,
        BsonType.Decimal128 => 16,
        BsonType.Document or BsonType.Array or BsonType.JavaScriptWithScope => Prefixed(value, 0, sizeof(int) + 1),
        BsonType.String or BsonType.JavaScript or BsonType.Symbol => Prefixed(value, sizeof(int), 1),
        BsonType.Binary => Prefixed(value, sizeof(int) + 1, 0),
        BsonType.RegularExpression => Terminated(value),
        _ => throw Broken(),
    };

    /// <param name="value">Begins with a length.</param>
    /// <param name="beside">What the length does not count.</param>
    /// <param name="least">The smallest length that can be.</param>
    private static int Prefixed(ReadOnlySpan<byte> value, int beside, int least)
        => value.Length >= sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(value) is var length && length >= least && length < value.Length ? length + beside : throw Broken();

    /// <summary>Two texts that end with a zero each.</summary>
    private static int Terminated(ReadOnlySpan<byte> value)
    {
        var first = value.IndexOf((byte)0) + 1;
        var second = first == 0 ? 0 : value[first..].IndexOf((byte)0) + 1;
        return second == 0 ? throw Broken() : first + second;
    }

    private static FormatException Broken() => new("A stored document is no BSON.");
}
