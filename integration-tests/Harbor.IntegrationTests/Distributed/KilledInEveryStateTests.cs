using Harbor.IntegrationTests.Processes;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>
/// Kills the gateway, or the node (<c>kill -9</c>), at every point of every operation. The operation ends all the same, as it should, and nothing stays
/// behind that nobody owns: no port, no binding, no saga, no number of an application.
/// </summary>
[Collection<ClusterCollection>]
public sealed class KilledInEveryStateTests(Cluster cluster)
{
    public static TheoryData<SagaPoint> Points => [.. Enum.GetValues<SagaPoint>()];

    [Theory]
    [MemberData(nameof(Points))]
    public Task Gateway_Killed_TheOperationEndsAndNothingIsLeft(SagaPoint point) => KillAsync(point, cluster.Gateway, nodeIsLost: false);

    [Theory]
    [MemberData(nameof(Points))]
    public Task Node_Killed_TheOperationEndsAndNothingIsLeft(SagaPoint point) => KillAsync(point, cluster.Node, nodeIsLost: true);

    private async Task KillAsync(SagaPoint point, HarborChild victim, bool nodeIsLost)
    {
        cluster.Require();
        using var operation = new HaltedOperation(cluster);
        try
        {
            await operation.ReachAsync(point);
            await victim.KillAsync();
        }
        finally
        {
            await operation.ResumeAsync(nodeIsLost);
        }

        await victim.StartReadyAsync();
        await operation.EndsAsync(point);
    }
}
