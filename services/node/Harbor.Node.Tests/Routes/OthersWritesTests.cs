using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Harbor.Contracts.Ports;
using Harbor.Node.Leases;
using Harbor.Node.Routes;
using Harbor.State;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Node.Tests.Routes;

/// <summary>When a node leaves out what others write, and when it hears it.</summary>
public sealed class OthersWritesTests : IAsyncDisposable
{
    private static readonly RestTimes _rest = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));

    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SnapshotPorts _ports = new();
    private readonly NodeViews _views;
    private readonly PartitionShare _share;
    private readonly OthersWrites _others;
    private readonly Task _watching;

    public OthersWritesTests()
    {
        _views = new(new(_ports), null!, null!);
        _share = new(_time);
        _others = new(_views, _share, _rest, _time, NullLogger<OthersWrites>.Instance);
        _watching = _views.Ports.RunAsync(_stop.Token);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WaitsForTheFirstSnapshot()
    {
        _others.AreKnown.ShouldBeFalse();
        _time.Advance(_rest.After);
        _others.Rest();
        _others.AreLeftOut.ShouldBeFalse();

        await TellAsync();

        _others.AreKnown.ShouldBeTrue();
        _others.AreLeftOut.ShouldBeFalse();
    }

    [Fact]
    public async Task Rest_BeginsWhenNothingHasMovedForLongEnough()
    {
        await TellAsync();
        _time.Advance(TimeSpan.FromSeconds(20));
        _others.Hear();

        _time.Advance(_rest.After - TimeSpan.FromSeconds(1));
        _others.Rest();
        _others.AreLeftOut.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        _others.Rest();

        _others.AreLeftOut.ShouldBeTrue();
        _others.AreKnown.ShouldBeTrue();
        _ports.LeftOut.ShouldBe(nameof(PortDocument.Backends));
    }

    [Fact]
    public async Task Rest_OverAStoreThatTellsEverything_DoesNotBegin()
    {
        _ports.LeavesOut = false;
        await TellAsync();

        _time.Advance(_rest.After);
        _others.Rest();

        _others.AreLeftOut.ShouldBeFalse();
    }

    [Fact]
    public async Task Move_AtRest_HasNothingKnownUntilAllHasBeenTold()
    {
        await RestAsync();

        _others.Hear();

        _others.AreLeftOut.ShouldBeFalse();
        _others.AreKnown.ShouldBeFalse();
        var known = _others.KnownAsync(Cancellation);
        known.IsCompleted.ShouldBeFalse();
        await TellAsync();
        await known;
        _others.AreKnown.ShouldBeTrue();
    }

    [Fact]
    public async Task Rest_OfTheLongest_EndsWithEverythingReadOnceMore()
    {
        await RestAsync();

        _time.Advance(_rest.Longest - TimeSpan.FromSeconds(1));
        _others.Rest();
        _others.AreLeftOut.ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(1));
        _others.Rest();

        _others.AreLeftOut.ShouldBeFalse();
        await TellAsync();
        _others.Rest();
        _others.AreLeftOut.ShouldBeFalse();
        _time.Advance(_rest.After);
        _others.Rest();
        _others.AreLeftOut.ShouldBeTrue();
    }

    [Theory]
    [InlineData("ours", false)]
    [InlineData("theirs", true)]
    public async Task Port_WithAnothersBackends_MayHaveChangedAtRest(string dea, bool mayHave)
    {
        var port = Port(1, "mud", dea);
        await TellAsync();
        _others.MayHaveChanged(port).ShouldBeFalse();
        _time.Advance(_rest.After);
        _others.Rest();
        RenewShare();

        _others.MayHaveChanged(port).ShouldBe(mayHave);
    }

    /// <summary>What is known of the other's entry may be old: it may have left long ago.</summary>
    [Theory]
    [InlineData("ours", false)]
    [InlineData("theirs", true)]
    public async Task Claim_OfAnAddressThatAnothersBackendHas_IsAMove(string dea, bool isMove)
    {
        _ports.Stored.Add(Port(1, "mud", dea));
        var addresses = new StoredAddresses(_views, new DirtyPorts(_time), _others, _share);
        await RestAsync();
        RenewShare();

        var wanted = Port(2, "chat", "ours");
        using var claim = addresses.Claim(wanted, [], _time.GetTimestamp());

        claim.Port.Backends.ShouldBeEmpty();
        _others.AreLeftOut.ShouldBe(!isMove);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    private static PortDocument Port(int number, string app, string dea) => new()
    {
        Id = PortDocument.IdOf("default", number),
        Version = 1,
        Pool = "default",
        Port = number,
        Protocol = PortProtocol.Tcp,
        ServiceInstanceId = $"s{number}",
        Life = 1,
        State = PortState.Active,
        Policy = new(),
        AllocatedAt = default,
        Backends = [new() { Host = "10.0.4.7", Port = 61044, AppGuid = app, DeaId = dea, Since = default }],
    };

    private void RenewShare()
        => _share.Renew([.. Enumerable.Range(0, Partitions.Count).Select(partition => partition == Partitions.Of("ours"))], _time.GetTimestamp());

    private async Task RestAsync()
    {
        await TellAsync();
        _time.Advance(_rest.After);
        _others.Rest();
        _others.AreLeftOut.ShouldBeTrue();
    }

    /// <summary>The next watch, which leaves nothing out, tells its snapshot.</summary>
    private async Task TellAsync()
    {
        await _ports.TellAsync();
        _ports.LeftOut.ShouldBeNull();
        await Eventually.TrueAsync(() => _others.AreKnown, "what has been told is known", cancellationToken: Cancellation);
    }

    /// <summary>Ports that do not change, and watches that tell them when the test says so.</summary>
    private sealed class SnapshotPorts : IDocuments<PortDocument>
    {
        private readonly Channel<(Func<string?> LeaveOut, TaskCompletionSource Tell)> _watches = Channel.CreateUnbounded<(Func<string?>, TaskCompletionSource)>();
        private Func<string?>? _leaveOut;

        public List<PortDocument> Stored { get; } = [];

        public DocumentType<PortDocument> Type => DocumentTypes.Ports;

        public bool LeavesOut { get; set; } = true;

        /// <summary>What the watch that told last may leave out by now.</summary>
        public string? LeftOut => _leaveOut!();

        /// <summary>Has the next watch tell its snapshot.</summary>
        public async Task TellAsync()
        {
            (_leaveOut, var tell) = await _watches.Reader.ReadAsync(Cancellation);
            tell.SetResult();
        }

        public async IAsyncEnumerable<DocumentChange<PortDocument>> WatchAsync(
            string idPrefix, Func<string, PortDocument?>? known, Func<string?>? leaveOut, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var tell = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watches.Writer.TryWrite((leaveOut!, tell));
            await tell.Task.WaitAsync(cancellationToken);
            yield return DocumentChange<PortDocument>.SnapshotStarted;
            foreach (var port in Stored)
            {
                yield return DocumentChange<PortDocument>.Upserted(port);
            }

            yield return DocumentChange<PortDocument>.SnapshotCompleted;
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }

        public ValueTask<PortDocument?> GetAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<PortDocument>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<WriteResult<PortDocument>> InsertAsync(PortDocument document, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<WriteResult<PortDocument>> ReplaceAsync(PortDocument document, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<WriteOutcome> DeleteAsync(PortDocument document, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
