namespace Harbor.IntegrationTests.Distributed;

/// <summary>A point in the life of an operation: a state that waits for somebody, or the moment when the node has done its part and has not said so.</summary>
public enum SagaPoint
{
    Allocating,
    Allocated,
    Opening,
    Compensating,
    Compensated,
    Releasing,
    Released,
    Closing,
    Updating,
    Updated,
    Binding,
    Bound,
    Unbinding,
    Unbound,
}
