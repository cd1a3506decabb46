using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Provisioning;
using Harbor.Gateway.Updating;
using Harbor.State.Documents;
using Harbor.State.Sagas;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Sweeping;

/// <summary>Starts the sagas of operations whose gateway died before it sent their command, drives updates and their roll-backs, and forgets what is long over.</summary>
internal sealed class InstanceSweep(
    ServiceInstances instances,
    IDocuments<SagaDocument<ProvisionPortState>> provisions,
    IDocuments<SagaDocument<ReleasePortState>> releases,
    InstanceUpdates updates,
    OrganizationLimit organizations,
    OperationRunner operations,
    PlanCatalog catalog,
    IOptions<GatewayOptions> options)
{
    private const int Most = 2_000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Younger ones are driven by the request that made them.
        var old = DocumentKeys.Of(operations.Now - options.Value.Broker.FirstResend);
        foreach (var instance in await instances.QueryAsync(DocumentQuery.UpTo(ServiceDocuments.Due, old) with { Limit = Most }, cancellationToken))
        {
            await (instance.IsRunning() ? ResumeAsync(instance, cancellationToken)
                : instance.ForgetAt is null ? updates.RollBackAsync(instance, cancellationToken)
                : instances.DeleteAsync(instance, cancellationToken));
        }
    }

    private async Task ResumeAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
    {
        var sagaId = SagaIds.Of(instance.Id);
        switch (instance.Operation.Kind)
        {
            case OperationKind.Provision:
                var provision = await provisions.GetAsync(SagaDocument<ProvisionPortState>.IdOf(sagaId), cancellationToken);
                if (provision?.Saga.OperationId != instance.Operation.Id)
                {
                    await BeginAsync(instance, cancellationToken);
                }

                break;
            case OperationKind.Deprovision:
                var release = await releases.GetAsync(SagaDocument<ReleasePortState>.IdOf(sagaId), cancellationToken);
                if (release?.Saga.OperationId != instance.Operation.Id)
                {
                    await operations.SendAsync(instance.Deprovision());
                }

                break;
            case OperationKind.Update:
                await updates.ResumeAsync(instance, cancellationToken);
                break;
        }
    }

    /// <summary>It may have been stored by a request that is slow, and still has to find out whether the organization has a place for it.</summary>
    private async Task BeginAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
    {
        if (await organizations.FitsAsync(instance, TimeSpan.Zero, cancellationToken))
        {
            await operations.SendAsync(instance.Provision(catalog));
        }
        else if (instance.Operation.Deadline < operations.Now)
        {
            await instances.ChangeAsync(
                instance.Id,
                current => current.ProvisionFailed(instance.Operation.Id, OperationFailure.Refused, organizations.Refusal, operations.Now, operations.ForgetAfter),
                cancellationToken);
        }
    }
}
