using MassTransit;

namespace Harbor.Gateway.Instances;

/// <summary>What the endpoints of both sagas have in common.</summary>
internal static class SagaEndpoints
{
    /// <summary>Sagas that are worked on at once in one process. 32: more than cores, since each waits for the store most of its time.</summary>
    private const int Lanes = 32;

    /// <summary>
    /// A lost race is over at once; an unreachable store is waited for a little. After that the message is given up: the sweep repeats whatever it
    /// was for.
    /// </summary>
    public static void UseSagaRetry(this IReceiveEndpointConfigurator endpoint)
        => endpoint.UseMessageRetry(retry => retry.Intervals(10, 20, 50, 100, 200, 500, 1000));

    public static IPartitioner Partition(IReceiveEndpointConfigurator endpoint) => endpoint.CreatePartitioner(Lanes);
}
