using Harbor.State.Documents;
using MassTransit;
using MassTransit.Saga;

namespace Harbor.State.Sagas;

/// <summary>MassTransit's door to sagas in documents: makes a context for each message that a saga consumes.</summary>
internal sealed class SagaDocumentRepository<TSaga>(
    IDocuments<SagaDocument<TSaga>> documents,
    ISagaConsumeContextFactory<IDocuments<SagaDocument<TSaga>>, TSaga> contexts) : ISagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class
        => next.Send(new SagaDocumentRepositoryContext<TSaga, T>(documents, contexts, context));

    /// <summary>A query expression says nothing of the declared indexes, so it could only be answered by reading all: correlate by id.</summary>
    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class
        => throw new NotImplementedByDesignException($"{typeof(TSaga).Name} cannot be correlated by a query, only by its id.");

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class
        => asyncMethod(new SagaDocumentLoadContext<TSaga>(documents, cancellationToken));

    public void Probe(ProbeContext context) => context.Add("persistence", documents.Type.Collection);
}
