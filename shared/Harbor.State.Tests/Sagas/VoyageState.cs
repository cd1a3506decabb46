using MassTransit;

namespace Harbor.State.Tests.Sagas;

public sealed class VoyageState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public string Boat { get; set; } = "";

    public int Legs { get; set; }

    public DateTimeOffset? Due { get; set; }
}
