using Harbor.State.Documents;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Saga;

namespace Harbor.State.Sagas;

/// <summary>Reads a saga outside any message.</summary>
internal sealed class SagaDocumentLoadContext<TSaga>(IDocuments<SagaDocument<TSaga>> documents, CancellationToken cancellationToken)
    : BasePipeContext(cancellationToken), LoadSagaRepositoryContext<TSaga>
    where TSaga : class, ISaga
{
    public async Task<TSaga> Load(Guid correlationId)
        => (await documents.GetAsync(SagaDocument<TSaga>.IdOf(correlationId), CancellationToken))?.Saga!;
}
