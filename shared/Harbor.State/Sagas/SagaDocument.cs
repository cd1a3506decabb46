using Harbor.State.Documents;
using MassTransit;

namespace Harbor.State.Sagas;

/// <summary>A saga as it is stored. Its id is the saga's correlation id. Written by the saga's endpoint alone.</summary>
public sealed record SagaDocument<TSaga> : Document
    where TSaga : class, ISaga
{
    public required TSaga Saga { get; init; }

    public static string IdOf(Guid correlationId) => correlationId.ToString("D");
}
