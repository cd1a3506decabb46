using Harbor.State.Services;

namespace Harbor.Gateway.Provisioning;

/// <summary>The deadline has passed.</summary>
internal sealed class ExpireProvisionActivity(ProvisionFailures failures) : ProvisionEndActivity
{
    protected override Task<ProvisionEnd> EndAsync(ProvisionPortState saga, CancellationToken cancellationToken)
        => failures.FailAsync(
            saga,
            OperationFailure.TimedOut,
            saga.Port is null ? "No port could be allocated in time." : "The port could not be opened on the platform's edge in time.",
            cancellationToken);
}
