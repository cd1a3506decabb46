using Harbor.State.Documents;
using Harbor.State.Sagas;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.State.Tests.Sagas;

/// <summary>What sagas do in every home of documents, under MassTransit's own in-memory transport.</summary>
public abstract class SagaSuite : IAsyncLifetime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset _noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly DocumentType<SagaDocument<VoyageState>> _voyages = new(
        "voyages",
        VoyageJson.Default.SagaDocumentVoyageState,
        new DocumentIndex<SagaDocument<VoyageState>>("due", voyage => voyage.Saga.Due is { } due ? [DocumentKeys.Of(due)] : []),
        new DocumentIndex<SagaDocument<VoyageState>>("boat", voyage => voyage.Saga.Boat is { Length: > 0 } boat ? [boat] : [], Unique: true));

    private readonly List<ServiceProvider> _processes = [];
    private readonly Guid _voyage = Guid.NewGuid();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A store on the data of this test.</summary>
    protected abstract IDocumentStore OpenStore();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public abstract ValueTask DisposeAsync();

    protected async Task StopAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task Saga_AfterARestart_GoesOnWhereItWas()
    {
        var first = await StartAsync();
        await first.Bus.Publish(new VoyageBooked(_voyage, "Anna", _noon), Cancelled);
        await StoredAsync(voyage => voyage?.CurrentState == "Sailing");
        await _processes[0].DisposeAsync();

        var second = await StartAsync();
        await second.Bus.Publish(new LegSailed(_voyage), Cancelled);

        var stored = await StoredAsync(voyage => voyage?.Legs == 1);
        stored!.Boat.ShouldBe("Anna");
        stored.Due.ShouldBe(_noon);
    }

    [Fact]
    public async Task Events_OfOneSagaAtOnce_AllCount()
    {
        var one = await StartAsync();
        var two = await StartAsync();
        await one.Bus.Publish(new VoyageBooked(_voyage, "Anna", _noon), Cancelled);
        await StoredAsync(voyage => voyage is not null);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? one : two).Bus.Publish(new LegSailed(_voyage), Cancelled)));

        await StoredAsync(voyage => voyage?.Legs == 40);
    }

    [Fact]
    public async Task InitialEvent_ManyTimesAtOnce_StartsOneSaga()
    {
        var one = await StartAsync();
        var two = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : two).Bus.Publish(new VoyageBooked(_voyage, "Anna", _noon), Cancelled)));

        await ConsumedAsync<VoyageBooked>(10, one, two);
        (await StartsAsync(one, two)).ShouldBe(1);
    }

    [Fact]
    public async Task InitialEventThatInserts_ManyTimesAtOnce_StartsOneSaga()
    {
        var one = await StartAsync();
        var two = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : two).Bus.Publish(new VoyageReserved(_voyage, "Anna"), Cancelled)));

        await ConsumedAsync<VoyageReserved>(10, one, two);
        (await StartsAsync(one, two)).ShouldBe(1);
    }

    [Fact]
    public async Task Saga_ThatIsFinal_IsGone()
    {
        var harness = await StartAsync();
        await harness.Bus.Publish(new VoyageBooked(_voyage, "Anna", _noon), Cancelled);
        await StoredAsync(voyage => voyage is not null);

        await harness.Bus.Publish(new VoyageEnded(_voyage), Cancelled);

        await StoredAsync(voyage => voyage is null);
    }

    [Fact]
    public async Task Sagas_ByADeclaredIndex_AreFound()
    {
        var harness = await StartAsync();
        await harness.Bus.Publish(new VoyageBooked(_voyage, "Anna", _noon), Cancelled);
        await StoredAsync(voyage => voyage is not null);

        var documents = _processes[0].GetRequiredService<IDocuments<SagaDocument<VoyageState>>>();

        (await documents.QueryAsync(DocumentQuery.UpTo("due", DocumentKeys.Of(_noon)), Cancelled)).ShouldHaveSingleItem().Saga.CorrelationId.ShouldBe(_voyage);
        (await documents.QueryAsync(DocumentQuery.UpTo("due", DocumentKeys.Of(_noon.AddTicks(-1))), Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Saga_WithAnothersUniqueKey_IsRefused()
    {
        var harness = await StartAsync();
        await harness.Bus.Publish(new VoyageBooked(_voyage, "Anna", _noon), Cancelled);
        await StoredAsync(voyage => voyage is not null);

        await harness.Bus.Publish(new VoyageBooked(Guid.NewGuid(), "Anna", _noon), Cancelled);

        var fault = await harness.Published.SelectAsync<Fault<VoyageBooked>>(Cancelled).First();
        fault.Context.Message.Exceptions.ShouldHaveSingleItem().ExceptionType.ShouldBe("MassTransit.SagaException");
    }

    [Fact]
    public async Task Load_OfASaga_AnswersIt()
    {
        var harness = await StartAsync();
        await harness.Bus.Publish(new VoyageBooked(_voyage, "Anna", _noon), Cancelled);
        await StoredAsync(voyage => voyage is not null);

        var sagas = _processes[0].GetRequiredService<ILoadSagaRepository<VoyageState>>();

        (await sagas.Load(_voyage)).Boat.ShouldBe("Anna");
        (await sagas.Load(Guid.NewGuid())).ShouldBeNull();
    }

    /// <summary>A process with the saga's endpoint, on a bus of its own.</summary>
    private async Task<ITestHarness> StartAsync()
    {
        var process = new ServiceCollection()
            .AddSingleton(OpenStore())
            .AddMassTransitTestHarness(bus =>
            {
                bus.SetTestTimeouts(testTimeout: _patience);
                bus.AddSagaStateMachine<VoyageStateMachine, VoyageState, VoyageStateDefinition>().HarborRepository(_voyages);
            })
            .BuildServiceProvider(validateScopes: true);
        _processes.Add(process);
        var harness = process.GetRequiredService<ITestHarness>();
        await harness.Start();
        return harness;
    }

    private async Task<VoyageState?> StoredAsync(Func<VoyageState?, bool> condition)
    {
        var view = new DocumentView<SagaDocument<VoyageState>>(OpenStore().Open(_voyages));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var running = view.RunAsync(stop.Token);
        try
        {
            return (await view.WaitForAsync(SagaDocument<VoyageState>.IdOf(_voyage), document => condition(document?.Saga), Cancelled).WaitAsync(_patience, Cancelled))?.Saga;
        }
        catch (TimeoutException)
        {
            var voyage = view.Find(SagaDocument<VoyageState>.IdOf(_voyage))?.Saga;
            throw new TimeoutException($"The saga did not become as asked for; it is {voyage?.CurrentState ?? "absent"} with {voyage?.Legs} legs.");
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ConsumedAsync<T>(int count, params ITestHarness[] harnesses)
        where T : class
    {
        var consumed = 0;
        foreach (var harness in harnesses)
        {
            await foreach (var message in harness.GetSagaStateMachineHarness<VoyageStateMachine, VoyageState>().Consumed.SelectAsync<T>(Cancelled))
            {
                message.Exception.ShouldBeNull();
                if (++consumed % (count / harnesses.Length) == 0)
                {
                    break;
                }
            }
        }

        consumed.ShouldBe(count);
    }

    private static async Task<int> StartsAsync(params ITestHarness[] harnesses)
    {
        var starts = 0;
        foreach (var harness in harnesses)
        {
            await harness.InactivityTask;
            starts += harness.Published.Select<VoyageStarted>(Cancelled).Count();
        }

        return starts;
    }
}
