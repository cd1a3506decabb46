using Harbor.State.Services;

namespace Harbor.Gateway.Provisioning;

/// <summary>The workers cannot open the requested port, or none of several.</summary>
internal sealed class NoUsablePortActivity(ProvisionFailures failures) : ProvisionEndActivity
{
    protected override Task<ProvisionEnd> EndAsync(ProvisionPortState saga, CancellationToken cancellationToken)
        => failures.FailAsync(
            saga,
            OperationFailure.Refused,
            saga.RequestedPort is { } port
                ? $"Port {port} is in use by something else on the platform's edge."
                : $"{saga.Avoid.Count + 1} ports in a row could not be opened on the platform's edge.",
            cancellationToken);
}
