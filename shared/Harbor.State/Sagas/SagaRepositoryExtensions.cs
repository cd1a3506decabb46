using Harbor.State.Documents;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;

namespace Harbor.State.Sagas;

/// <summary>Keeps sagas in Harbor's state.</summary>
public static class SagaRepositoryExtensions
{
    /// <summary>
    /// Keeps the saga as documents of that type, which <see cref="IDocuments{T}"/> of <see cref="SagaDocument{TSaga}"/> then also gives to
    /// query, by a sweep for example. A lost race is a <see cref="ConcurrencyException"/>: the endpoint must retry, best behind an in-memory outbox.
    /// </summary>
    public static ISagaRegistrationConfigurator<TSaga> HarborRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> saga, DocumentType<SagaDocument<TSaga>> type)
        where TSaga : class, ISaga
        => saga.Repository(services =>
        {
            services.AddDocuments(type);
            services.RegisterLoadSagaRepository<TSaga, SagaDocumentRepository<TSaga>>();
            services.RegisterSagaRepository<
                TSaga,
                IDocuments<SagaDocument<TSaga>>,
                SagaConsumeContextFactory<IDocuments<SagaDocument<TSaga>>, TSaga>,
                SagaDocumentRepository<TSaga>>();
        });
}
