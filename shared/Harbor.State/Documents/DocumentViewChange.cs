namespace Harbor.State.Documents;

/// <summary>A document of a view is another one now: new (no <paramref name="Before"/>), changed, or gone (no <paramref name="After"/>).</summary>
public readonly record struct DocumentViewChange<T>(string Id, T? Before, T? After)
    where T : Document;
