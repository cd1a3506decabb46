using System.Collections.Concurrent;

namespace Harbor.State.Documents;

/// <summary>
/// Documents in memory, kept by a watch, for those who read far more often than documents change. Applies only what is newer, and
/// after a lost history drops what is gone. May be read from any thread; while the store cannot be reached it keeps what it knows.
/// </summary>
/// <param name="documents">Where they come from.</param>
/// <param name="idPrefix">Only documents whose id starts so; empty for all.</param>
public sealed class DocumentView<T>(IDocuments<T> documents, string idPrefix = "")
    where T : Document
{
    private readonly Lock _changing = new();
    private readonly ConcurrentDictionary<string, T> _known = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Waiter> _waiters = [];
    private readonly Lock _switching = new();
    private volatile Showing _showing = new();
    private CancellationTokenSource? _watch;
    private Task _watchEnds = Task.CompletedTask;
    private HashSet<string>? _notSeen;

    /// <summary>
    /// Called for each change, in order, one at a time, after <see cref="Find"/> tells it; also for each document of the first snapshot.
    /// Subscribe before <see cref="RunAsync"/>. Must not block; an exception from it ends <see cref="RunAsync"/>.
    /// </summary>
    public event Action<DocumentViewChange<T>>? Changed;

    /// <summary>All that is known: each document at its latest, the set not of one moment.</summary>
    public IEnumerable<T> All => _known.Select(pair => pair.Value);

    public int Count => _known.Count;

    /// <summary>True when the first snapshot is whole.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    public T? Find(string id) => _known.GetValueOrDefault(id);

    /// <summary>Waits until the first snapshot is whole.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Waits until the document, null where there is none, is as asked for; answers it when <see cref="Changed"/> has been called for it. The condition is evaluated on the view's own task: keep it short.</summary>
    public async Task<T?> WaitForAsync(string id, Func<T?, bool> condition, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(id, condition);
        lock (_waiters)
        {
            _waiters.Add(waiter);
        }

        try
        {
            // Not between a change and the telling of it: who waits may rely on what the listeners make of it.
            lock (_changing)
            {
                // Of a document that was not seen, nothing is known before the first snapshot is whole.
                if (IsReady || _known.ContainsKey(id))
                {
                    waiter.Offer(Find(id));
                }
            }

            return await waiter.Found.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_waiters)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    /// <summary>
    /// From now on a document need not be told again when <see cref="IDocuments{T}.ReplaceAllAsync"/> changes nothing but this property: what is known of it may be old, until the document's next change of another kind, or
    /// <see cref="ShowAllAsync"/>. False where the store leaves nothing out: all stays as it is.
    /// </summary>
    /// <exception cref="ArgumentException">The documents have no such property.</exception>
    /// <exception cref="InvalidOperationException">Another property is left out.</exception>
    public bool LeaveOut(string property)
    {
        _ = documents.Type.NameOf(property);
        if (!documents.LeavesOut)
        {
            return false;
        }

        lock (_switching)
        {
            if (_showing.LeftOut is { } other && other != property)
            {
                throw new InvalidOperationException($"'{other}' is left out, and nothing else can be until all is shown again.");
            }

            _showing.LeftOut = property;
        }

        return true;
    }

    /// <summary>
    /// From now on everything is told again. The answer is done when the view has caught up with what was left out, and <see cref="Changed"/> has been called for it; cancelled where something was left out, and this
    /// was called again, before.
    /// </summary>
    public Task ShowAllAsync()
    {
        lock (_switching)
        {
            if (_showing.LeftOut is not null)
            {
                _showing.Whole.TrySetCanceled();
                _showing = new();

                // Not on this thread: who waits for a server goes on where it is cancelled.
                _watchEnds = _watch?.CancelAsync() ?? Task.CompletedTask;
            }

            return _showing.Whole.Task;
        }
    }

    /// <summary>Keeps the view until it is cancelled. Call it once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await WatchAsync(cancellationToken))
            {
                // What was left out is to be shown: another watch, which begins with a snapshot.
            }
        }
        catch (Exception exception)
        {
            _ready.TrySetException(exception);
            throw;
        }
    }

    /// <summary>
    /// Takes in what the caller has written, or read: the watch need not read that again. Only where nothing else has become known here meanwhile; all else comes in its order by the watch.
    /// Changes are told from here then, as from the watch.
    /// </summary>
    /// <param name="known">The version that was replaced, or that was known here before the document was read.</param>
    /// <param name="stored">As stored.</param>
    public void Learn(long known, T stored)
    {
        lock (_changing)
        {
            if (Find(stored.Id)?.Version == known)
            {
                Put(stored);
            }
        }
    }

    /// <summary>True where it ended because what it leaves out is to be shown.</summary>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        Showing showing;
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_switching)
        {
            (showing, _watch) = (_showing, watch);
        }

        try
        {
            await foreach (var change in documents.WatchAsync(idPrefix, Find, () => showing.LeftOut, watch.Token))
            {
                lock (_changing)
                {
                    Apply(change);
                }

                if (change.Kind == DocumentChangeKind.SnapshotCompleted)
                {
                    showing.Whole.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && showing != _showing)
        {
            return true;
        }
        finally
        {
            Task ends;
            lock (_switching)
            {
                (_watch, ends) = (null, _watchEnds);
            }

            await ends;
        }

        return showing != _showing;
    }

    private void Apply(DocumentChange<T> change)
    {
        switch (change.Kind)
        {
            case DocumentChangeKind.SnapshotStarted:
                _notSeen = [.. _known.Keys];
                break;
            case DocumentChangeKind.SnapshotCompleted:
                foreach (var id in _notSeen ?? [])
                {
                    Remove(id);
                }

                _notSeen = null;
                if (_ready.TrySetResult())
                {
                    OfferAbsent();
                }

                break;
            case DocumentChangeKind.Upserted:
                _notSeen?.Remove(change.Id);
                Put(change.Document!);
                break;
            case DocumentChangeKind.Deleted:
                Remove(change.Id);
                break;
        }
    }

    private void Put(T document)
    {
        var before = Find(document.Id);
        if (before is null || before.Version < document.Version)
        {
            _known[document.Id] = document;
            Tell(new(document.Id, before, document));
        }
    }

    private void Remove(string id)
    {
        if (_known.TryRemove(id, out var before))
        {
            Tell(new(id, before, null));
        }
    }

    private void Tell(DocumentViewChange<T> change)
    {
        Changed?.Invoke(change);
        lock (_waiters)
        {
            foreach (var waiter in _waiters)
            {
                if (waiter.Id == change.Id)
                {
                    waiter.Offer(change.After);
                }
            }
        }
    }

    private void OfferAbsent()
    {
        lock (_waiters)
        {
            foreach (var waiter in _waiters)
            {
                waiter.Offer(Find(waiter.Id));
            }
        }
    }

    /// <summary>What one watch is for.</summary>
    private sealed class Showing
    {
        private volatile string? _leftOut;

        /// <summary>The property that is left out; null: none.</summary>
        public string? LeftOut
        {
            get => _leftOut;
            set => _leftOut = value;
        }

        /// <summary>All has been told as it was when this began, or later.</summary>
        public TaskCompletionSource Whole { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Waiter(string id, Func<T?, bool> condition)
    {
        private readonly TaskCompletionSource<T?> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Id => id;

        public Task<T?> Found => _found.Task;

        public void Offer(T? document)
        {
            try
            {
                if (condition(document))
                {
                    _found.TrySetResult(document);
                }
            }
            catch (Exception exception)
            {
                // The condition is its caller's, so its failure is too, and not the view's.
                _found.TrySetException(exception);
            }
        }
    }
}
