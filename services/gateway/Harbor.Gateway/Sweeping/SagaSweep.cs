using Harbor.Contracts.Provisioning;
using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Provisioning;
using Harbor.State.Documents;
using Harbor.State.Sagas;

namespace Harbor.Gateway.Sweeping;

/// <summary>Wakes the sagas whose time has come.</summary>
internal sealed class SagaSweep(
    IDocuments<SagaDocument<ProvisionPortState>> provisions,
    IDocuments<SagaDocument<ReleasePortState>> releases,
    OperationRunner operations,
    GatewayMetrics metrics)
{
    /// <summary>At most so many at once: after an outage, the rest has its turn at the next look.</summary>
    private const int Most = 2_000;

    /// <summary>Every so many looks all sagas are counted: reading them is only cheap while they are few.</summary>
    private const int LooksPerCount = 10;

    private int _looks;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_looks++ % LooksPerCount == 0)
        {
            await CountAsync(cancellationToken);
        }

        var now = DocumentKeys.Of(operations.Now);
        foreach (var document in await provisions.QueryAsync(DocumentQuery.UpTo(ProvisionSagas.Due, now) with { Limit = Most }, cancellationToken))
        {
            await operations.SendAsync(new ResumeProvision { OperationId = document.Saga.OperationId, ServiceInstanceId = document.Saga.ServiceInstanceId });
        }

        foreach (var document in await releases.QueryAsync(DocumentQuery.UpTo(ReleaseSagas.Due, now) with { Limit = Most }, cancellationToken))
        {
            await operations.SendAsync(new ResumeDeprovision { OperationId = document.Saga.OperationId, ServiceInstanceId = document.Saga.ServiceInstanceId });
        }
    }
    private async Task CountAsync(CancellationToken cancellationToken)
    {
        var states = (await provisions.QueryAsync(DocumentQuery.All, cancellationToken)).Select(document => ("provision", document.Saga.CurrentState))
            .Concat((await releases.QueryAsync(DocumentQuery.All, cancellationToken)).Select(document => ("deprovision", document.Saga.CurrentState)));
        metrics.SagasAre(states.CountBy(state => state).ToDictionary());
    }
}
