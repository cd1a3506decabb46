using Harbor.State.Documents;

namespace Harbor.State.Sqlite;

/// <summary>A unit of work for the writer thread: atomic in itself, though committed together with its neighbours.</summary>
internal abstract class SqliteWrite
{
    private readonly TaskCompletionSource<WriteOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the outcome is on the disk.</summary>
    public Task<WriteOutcome> Done => _done.Task;

    public WriteOutcome Outcome { get; private set; }

    /// <summary>The collection whose watches are to look; null where none of its documents is concerned.</summary>
    public virtual string? Watched => null;

    /// <summary>Nobody waits for it any more: it need not start.</summary>
    public CancellationToken Abandoned { get; init; }

    /// <summary>Looks first and writes then, so that a write that loses leaves nothing behind to roll back.</summary>
    public void Apply(SqliteSession session, ref long revision) => Outcome = ApplyCore(session, ref revision);

    public void Complete() => _done.TrySetResult(Outcome);

    public void Fail(Exception exception) => _done.TrySetException(exception);

    public void Abandon() => _done.TrySetCanceled(Abandoned);

    protected abstract WriteOutcome ApplyCore(SqliteSession session, ref long revision);
}
