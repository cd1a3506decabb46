namespace Harbor.State.Documents;

/// <summary>The outcome of a write, and the document as stored (with its new version) where it was written.</summary>
public readonly record struct WriteResult<T>(WriteOutcome Outcome, T? Document)
    where T : Document
{
    public bool Written => Outcome == WriteOutcome.Written;
}
