using Harbor.State.Documents;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;

namespace Harbor.State.Sagas;

/// <summary>
/// One message on its way through one saga. Remembers the version that the saga was loaded with, so that what is written afterwards
/// counts only if nobody else wrote in between.
/// </summary>
internal sealed class SagaDocumentRepositoryContext<TSaga, TMessage> : ConsumeContextScope<TMessage>, SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    private readonly IDocuments<SagaDocument<TSaga>> _documents;
    private readonly ISagaConsumeContextFactory<IDocuments<SagaDocument<TSaga>>, TSaga> _contexts;
    private readonly ConsumeContext<TMessage> _message;
    private SagaDocument<TSaga>? _stored;

    public SagaDocumentRepositoryContext(
        IDocuments<SagaDocument<TSaga>> documents,
        ISagaConsumeContextFactory<IDocuments<SagaDocument<TSaga>>, TSaga> contexts,
        ConsumeContext<TMessage> message)
        : base(message)
    {
        _documents = documents;
        _contexts = contexts;
        _message = message;
    }

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) => ContextAsync(instance, SagaConsumeContextMode.Add);

    /// <summary>Null where the saga is there already: MassTransit then loads it, and the event meets it as it is.</summary>
    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance)
    {
        var result = await _documents.InsertAsync(DocumentOf(instance), CancellationToken);
        switch (result.Outcome)
        {
            case WriteOutcome.Written:
                _stored = result.Document;
                return await ContextAsync(instance, SagaConsumeContextMode.Insert);
            case WriteOutcome.Conflict:
                return null!;
            default:
                throw KeyTaken(instance.CorrelationId);
        }
    }

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        _stored = await _documents.GetAsync(SagaDocument<TSaga>.IdOf(correlationId), CancellationToken);
        return _stored is null ? null! : await ContextAsync(_stored.Saga, SagaConsumeContextMode.Load);
    }

    public async Task Save(SagaConsumeContext<TSaga> context)
    {
        var result = await _documents.InsertAsync(DocumentOf(context.Saga), CancellationToken);
        Check(result.Outcome, context.Saga.CorrelationId);
        _stored = result.Document;
    }

    public async Task Update(SagaConsumeContext<TSaga> context)
    {
        var result = await _documents.ReplaceAsync(Stored(context) with { Saga = context.Saga }, CancellationToken);
        Check(result.Outcome, context.Saga.CorrelationId);
        _stored = result.Document;
    }

    public async Task Delete(SagaConsumeContext<TSaga> context)
        => Check(await _documents.DeleteAsync(Stored(context), CancellationToken), context.Saga.CorrelationId);

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class
        => _contexts.CreateSagaConsumeContext(_documents, consumeContext, instance, mode);

    private static SagaDocument<TSaga> DocumentOf(TSaga saga) => new() { Id = SagaDocument<TSaga>.IdOf(saga.CorrelationId), Saga = saga };

    private static void Check(WriteOutcome outcome, Guid correlationId)
    {
        switch (outcome)
        {
            case WriteOutcome.Written:
                break;
            case WriteOutcome.KeyTaken:
                throw KeyTaken(correlationId);
            default:
                throw new ConcurrencyException("Another event was there first.", typeof(TSaga), correlationId);
        }
    }

    private static SagaException KeyTaken(Guid correlationId) => new("Another saga has one of its unique keys.", typeof(TSaga), typeof(TMessage), correlationId);

    private Task<SagaConsumeContext<TSaga, TMessage>> ContextAsync(TSaga instance, SagaConsumeContextMode mode)
        => _contexts.CreateSagaConsumeContext(_documents, _message, instance, mode);

    private SagaDocument<TSaga> Stored(SagaConsumeContext<TSaga> context)
        => _stored ?? throw new SagaException("The saga was not loaded by this context.", typeof(TSaga), typeof(TMessage), context.Saga.CorrelationId);
}
