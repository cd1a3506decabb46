using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

/// <summary>A document with a bit of everything that JSON can say.</summary>
public sealed record BoatDocument : Document
{
    public static DocumentType<BoatDocument> Type { get; } = new(
        "boats",
        BoatJson.Default.BoatDocument,
        new DocumentIndex<BoatDocument>("owner", boat => [boat.Owner]),
        new DocumentIndex<BoatDocument>("crew", boat => boat.Crew),
        new DocumentIndex<BoatDocument>("sail", boat => boat.SailNumber is { } number ? [number] : [], Unique: true),
        new DocumentIndex<BoatDocument>("due", boat => boat.Due is { } due ? [DocumentKeys.Of(due)] : []));

    public string Owner { get; init; } = "nobody";

    public IReadOnlyList<string> Crew { get; init; } = [];

    public string? SailNumber { get; init; }

    public DateTimeOffset? Due { get; init; }

    public long Count { get; init; }

    public double Length { get; init; }

    public bool Afloat { get; init; }

    public Rig Rig { get; init; }

    public TimeSpan Lap { get; init; }

    public IReadOnlyDictionary<string, int> Cargo { get; init; } = new Dictionary<string, int>();

    public BoatDocument? Tender { get; init; }
}
