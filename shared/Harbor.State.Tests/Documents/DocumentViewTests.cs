using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

public sealed class DocumentViewTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly ScriptedBoats _boats = new();
    private readonly DocumentView<BoatDocument> _view;
    private readonly List<string> _told = [];

    public DocumentViewTests()
    {
        _view = new DocumentView<BoatDocument>(_boats);
        _view.Changed += change => _told.Add($"{change.Id} {change.Before?.Version.ToString() ?? "-"} {change.After?.Version.ToString() ?? "-"}");
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changed_ForEachChange_IsCalledInOrder()
    {
        await RunAsync(Started, Up("a", 1), Up("b", 2), Completed, Up("a", 3), DocumentChange<BoatDocument>.Deleted("b"));

        _told.ShouldBe(["a - 1", "b - 2", "a 1 3", "b 2 -"]);
        _view.All.Select(boat => boat.Id).ShouldBe(["a"]);
        _view.Find("a")!.Version.ShouldBe(3);
    }

    [Fact]
    public async Task Apply_WhatIsNotNewer_ChangesNothing()
    {
        await RunAsync(Started, Up("a", 5), Completed, Up("a", 4), Up("a", 5), DocumentChange<BoatDocument>.Deleted("unknown"));

        _told.ShouldBe(["a - 5"]);
        _view.Find("a")!.Version.ShouldBe(5);
    }

    [Fact]
    public async Task Learn_OfWhatReplacedTheKnown_IsToldAtOnce_AndNotAgain()
    {
        await RunAsync(Started, Up("a", 1), Completed);

        _view.Learn(1, new() { Id = "a", Version = 5 });
        _view.Find("a")!.Version.ShouldBe(5);
        await RunAsync(Up("a", 3), Up("a", 5), Up("a", 6));

        _told.ShouldBe(["a - 1", "a 1 5", "a 5 6"]);
    }

    [Fact]
    public async Task Learn_OfWhatReplacedAnother_ChangesNothing()
    {
        await RunAsync(Started, Up("a", 3), Up("b", 1), Completed, DocumentChange<BoatDocument>.Deleted("b"));

        _view.Learn(1, new() { Id = "a", Version = 5 });
        _view.Learn(1, new() { Id = "b", Version = 5 });

        _told.ShouldBe(["a - 3", "b - 1", "b 1 -"]);
        _view.All.ShouldHaveSingleItem().Version.ShouldBe(3);
    }

    [Fact]
    public async Task LeaveOut_GoesOnWithTheWatch_AndShowAllBeginsAnother()
    {
        await RunAsync(Started, Up("a", 1), Completed);

        _view.LeaveOut("Crew").ShouldBeTrue();
        await RunAsync(Up("b", 2));
        _boats.LeftOut.ShouldBe(["Crew"]);
        _ = _view.ShowAllAsync();
        await _boats.WatchedAsync(2);

        _boats.LeftOut.ShouldBe(["Crew", null]);
        _told.ShouldBe(["a - 1", "b - 2"]);
    }

    [Fact]
    public async Task LeaveOut_BeforeTheFirstWatch_IsAskedOfIt()
    {
        _view.LeaveOut("Crew");
        await RunAsync(Started, Completed);

        _boats.LeftOut.ShouldBe(["Crew"]);
    }

    [Fact]
    public void LeaveOut_OfWhatThereIsNot_IsRefused()
        => Should.Throw<ArgumentException>(() => _view.LeaveOut("Colour")).Message.ShouldContain("Colour");

    [Fact]
    public void LeaveOut_OfAnotherBesides_IsRefused()
    {
        _view.LeaveOut("Crew");
        _view.LeaveOut("Crew").ShouldBeTrue();

        Should.Throw<InvalidOperationException>(() => _view.LeaveOut("Owner")).Message.ShouldContain("Crew");
    }

    [Fact]
    public async Task LeaveOut_OfAStoreThatTellsEverything_ChangesNothing()
    {
        _boats.LeavesOut = false;
        await RunAsync(Started, Up("a", 1), Completed);

        _view.LeaveOut("Crew").ShouldBeFalse();

        await RunAsync(Up("a", 2));
        _view.ShowAllAsync().IsCompletedSuccessfully.ShouldBeTrue();
        _boats.LeftOut.ShouldBe([null]);
        _told.ShouldBe(["a - 1", "a 1 2"]);
    }

    [Fact]
    public async Task ShowAll_IsDoneWhenWhatWasLeftOutHasBeenTold()
    {
        await RunAsync(Started, Up("a", 1), Up("b", 1), Completed);
        _view.ShowAllAsync().IsCompletedSuccessfully.ShouldBeTrue();
        _view.LeaveOut("Crew");

        var whole = _view.ShowAllAsync();
        await _boats.WatchedAsync(2);
        await RunAsync(Started, Up("a", 5));
        whole.IsCompleted.ShouldBeFalse();
        await RunAsync(Completed);

        await whole.WaitAsync(_patience, Cancelled);
        _told.ShouldBe(["a - 1", "b - 1", "a 1 5", "b 1 -"]);
    }

    [Fact]
    public async Task LeaveOut_WhileAllIsStillToBeTold_WaitsForIt()
    {
        var whole = _view.ShowAllAsync();
        await RunAsync(Started, Up("a", 1));

        _view.LeaveOut("Crew");
        whole.IsCompleted.ShouldBeFalse();
        await RunAsync(Completed);

        await whole.WaitAsync(_patience, Cancelled);
        _boats.LeftOut.ShouldBe(["Crew"]);
    }

    [Fact]
    public async Task ShowAll_BeforeAnEarlierOneIsDone_EndsTheWaitForThat()
    {
        var earlier = _view.ShowAllAsync();
        await RunAsync(Started, Up("a", 1));
        _view.LeaveOut("Crew");

        var whole = _view.ShowAllAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => earlier.WaitAsync(_patience, Cancelled));
        await _boats.WatchedAsync(2);
        await RunAsync(Started, Up("a", 1), Completed);
        await whole.WaitAsync(_patience, Cancelled);
        _view.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task Watch_IsToldWhatIsKnown()
    {
        await RunAsync(Started, Up("a", 3), Completed);

        _boats.Known!("a").ShouldBeSameAs(_view.Find("a"));
        _boats.Known("b").ShouldBeNull();
    }

    [Fact]
    public async Task WaitFor_WhatIsBeingTold_AnswersWhenItHasBeenTold()
    {
        Task? waiting = null;
        var early = false;
        _view.Changed += _ =>
        {
            waiting = Task.Run(() => _view.WaitForAsync("a", _ => true, Cancelled));
            early = SpinWait.SpinUntil(() => waiting.IsCompleted, TimeSpan.FromMilliseconds(100));
        };

        await RunAsync(Started, Up("a", 1));
        await waiting!.WaitAsync(_patience, Cancelled);

        early.ShouldBeFalse();
    }

    [Fact]
    public async Task Snapshot_Again_DropsWhatIsGoneAndNothingElse()
    {
        await RunAsync(Started, Up("a", 1), Up("b", 2), Completed, Started, Up("b", 2), Up("c", 7), Completed);

        _told.ShouldBe(["a - 1", "b - 2", "c - 7", "a 1 -"]);
    }

    [Fact]
    public async Task Ready_BeforeTheSnapshotIsWhole_IsNot()
    {
        await RunAsync(Started, Up("a", 1));
        _view.IsReady.ShouldBeFalse();

        await RunAsync(Completed);

        await _view.ReadyAsync(Cancelled).WaitAsync(_patience, Cancelled);
        _view.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task WaitFor_ADocumentAsAskedFor_AnswersIt()
    {
        var second = _view.WaitForAsync("a", boat => boat?.Version >= 2, Cancelled);
        await RunAsync(Started, Up("a", 1), Completed, Up("b", 9));
        second.IsCompleted.ShouldBeFalse();

        await RunAsync(Up("a", 2));

        (await second.WaitAsync(_patience, Cancelled))!.Version.ShouldBe(2);
        (await _view.WaitForAsync("a", boat => boat is not null, Cancelled).WaitAsync(_patience, Cancelled))!.Version.ShouldBe(2);
    }

    [Fact]
    public async Task WaitFor_AnAbsence_IsKnownWithTheWholeSnapshotAlone()
    {
        var gone = _view.WaitForAsync("a", boat => boat is null, Cancelled);
        await RunAsync(Started, Up("b", 1));
        gone.IsCompleted.ShouldBeFalse();

        await RunAsync(Completed);

        (await gone.WaitAsync(_patience, Cancelled)).ShouldBeNull();
    }

    [Fact]
    public async Task Run_WhenACallbackThrows_Ends()
    {
        _view.Changed += _ => throw new InvalidOperationException("callback");
        var running = _view.RunAsync(Cancelled);
        _boats.Steps.Writer.TryWrite(Up("a", 1));

        await Should.ThrowAsync<InvalidOperationException>(() => running.WaitAsync(_patience, Cancelled));
        await Should.ThrowAsync<InvalidOperationException>(() => _view.ReadyAsync(Cancelled).WaitAsync(_patience, Cancelled));
    }

    private static DocumentChange<BoatDocument> Started => DocumentChange<BoatDocument>.SnapshotStarted;

    private static DocumentChange<BoatDocument> Completed => DocumentChange<BoatDocument>.SnapshotCompleted;

    private static DocumentChange<BoatDocument> Up(string id, long version) => DocumentChange<BoatDocument>.Upserted(new() { Id = id, Version = version });

    /// <summary>Plays the steps and waits until the view has taken the last.</summary>
    private async Task RunAsync(params DocumentChange<BoatDocument>[] steps)
    {
        if (!_boats.Watched)
        {
            _ = _view.RunAsync(Cancelled);
            await _boats.WatchedAsync(1);
        }

        foreach (var step in steps)
        {
            _boats.Steps.Writer.TryWrite(step);
        }

        var idle = new TaskCompletionSource();
        _boats.Idle = idle;
        _boats.Steps.Writer.TryWrite(new((DocumentChangeKind)(-1), "", null));
        await idle.Task.WaitAsync(_patience, Cancelled);
    }

    /// <summary>A watch that says what the test says.</summary>
    private sealed class ScriptedBoats : IDocuments<BoatDocument>
    {
        public Channel<DocumentChange<BoatDocument>> Steps { get; } = Channel.CreateUnbounded<DocumentChange<BoatDocument>>();

        private readonly Channel<Func<string?>> _begun = Channel.CreateUnbounded<Func<string?>>();
        private readonly List<Func<string?>> _watches = [];

        /// <summary>What each watch so far may leave out by now.</summary>
        public IEnumerable<string?> LeftOut => _watches.Select(leaveOut => leaveOut());

        public bool Watched => _watches.Count > 0;

        public Func<string, BoatDocument?>? Known { get; private set; }

        public TaskCompletionSource? Idle { get; set; }

        public DocumentType<BoatDocument> Type => BoatDocument.Type;

        public bool LeavesOut { get; set; } = true;

        public async IAsyncEnumerable<DocumentChange<BoatDocument>> WatchAsync(string idPrefix, Func<string, BoatDocument?>? known, Func<string?>? leaveOut, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Known = known;
            _begun.Writer.TryWrite(leaveOut!);
            await foreach (var step in Steps.Reader.ReadAllAsync(cancellationToken))
            {
                if ((int)step.Kind == -1)
                {
                    Idle!.SetResult();
                }
                else
                {
                    yield return step;
                }
            }
        }

        /// <summary>Waits for the watch of this number.</summary>
        public async Task WatchedAsync(int count)
        {
            while (_watches.Count < count)
            {
                _watches.Add(await _begun.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(_patience, Cancelled));
            }
        }

        public ValueTask<BoatDocument?> GetAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<BoatDocument>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<WriteResult<BoatDocument>> InsertAsync(BoatDocument document, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<WriteResult<BoatDocument>> ReplaceAsync(BoatDocument document, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<WriteOutcome> DeleteAsync(BoatDocument document, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
