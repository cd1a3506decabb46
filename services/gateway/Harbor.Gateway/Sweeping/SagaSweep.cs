using Harbor.Contracts.Provisioning;
using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Provisioning;
using Harbor.State.Documents;
using Harbor.State.Sagas;

namespace Harbor.Gateway.Sweeping;

/// <summary>Wakes the sagas whose time has come.</summary>
internal sealed class SagaSweep(
    IDocuments<SagaDocument<ProvisionPortState>> provisions, IDocuments<SagaDocument<ReleasePortState>> releases, OperationRunner operations)
{
    /// <summary>At most so many at once: after an outage, the rest has its turn at the next look.</summary>
    private const int Most = 2_000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
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
}
