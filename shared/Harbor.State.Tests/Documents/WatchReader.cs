using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

/// <summary>
/// Reads a watch step by step, with a limit of patience. Passes over what repeats the known, which a watch may do; one that goes back to an older version, also of a
/// document that it has said to be deleted, fails.
/// </summary>
public sealed class WatchReader(IDocuments<BoatDocument> boats, TimeSpan patience, string idPrefix = "", Func<string, BoatDocument?>? known = null, Func<string?>? leaveOut = null)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Dictionary<string, (long Version, bool IsThere)> _known = [];
    private IAsyncEnumerator<DocumentChange<BoatDocument>>? _steps;
    private Task<bool>? _pending;

    public async Task<DocumentChange<BoatDocument>> NextAsync(string expected = "the next step of the watch")
    {
        var step = await ReadAsync(expected);
        while (!IsNews(step))
        {
            step = await ReadAsync(expected);
        }

        return step;
    }

    /// <summary>The ids of the snapshot, which must come next.</summary>
    public async Task<IReadOnlyList<string>> SnapshotAsync()
    {
        (await NextAsync("a snapshot's start")).Kind.ShouldBe(DocumentChangeKind.SnapshotStarted);
        var ids = new List<string>();
        while (await NextAsync("a snapshot's end") is { Kind: not DocumentChangeKind.SnapshotCompleted } step)
        {
            step.Kind.ShouldBe(DocumentChangeKind.Upserted);
            ids.Add(step.Id);
        }

        return ids;
    }

    /// <summary>Reads on until the document of that id is as asked for; answers all steps on the way.</summary>
    public async Task<IReadOnlyList<DocumentChange<BoatDocument>>> UntilAsync(string id, Func<BoatDocument?, bool> condition)
    {
        var steps = new List<DocumentChange<BoatDocument>>();
        while (steps is [] || steps[^1].Id != id || !condition(steps[^1].Document))
        {
            steps.Add(await NextAsync($"the change of {id}; so far: {string.Join(", ", steps.Select(step => $"{step.Kind} {step.Id}"))}"));
        }

        return steps;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_pending is not null)
        {
            await ((Task)_pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_steps is not null)
        {
            await _steps.DisposeAsync();
        }

        _stop.Dispose();
    }

    private bool IsNews(DocumentChange<BoatDocument> step)
    {
        switch (step.Kind)
        {
            case DocumentChangeKind.SnapshotStarted:
                _known.Clear();
                return true;
            case DocumentChangeKind.Upserted:
                var (before, there) = _known.GetValueOrDefault(step.Id);
                step.Document!.Version.ShouldBeGreaterThanOrEqualTo(before, $"of {step.Id}, which was {(there ? "there" : "deleted")}");
                _known[step.Id] = (step.Document.Version, true);
                return !there || before < step.Document.Version;
            case DocumentChangeKind.Deleted:
                var (last, known) = _known.GetValueOrDefault(step.Id);
                _known[step.Id] = (last, false);
                return known;
            default:
                return true;
        }
    }

    private async Task<DocumentChange<BoatDocument>> ReadAsync(string expected)
    {
        _steps ??= boats.WatchAsync(idPrefix, known, leaveOut, _stop.Token).GetAsyncEnumerator();
        _pending ??= _steps.MoveNextAsync().AsTask();
        try
        {
            (await _pending.WaitAsync(patience, _stop.Token)).ShouldBeTrue("a watch never ends by itself");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Missing after {patience}: {expected}");
        }

        _pending = null;
        return _steps.Current;
    }
}
