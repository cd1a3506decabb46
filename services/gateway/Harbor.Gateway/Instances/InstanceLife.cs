using Harbor.State.Services;

namespace Harbor.Gateway.Instances;

/// <summary>The steps of a service instance's life, as pure changes of its document. A step that does not fit the document's state is null.</summary>
internal static class InstanceLife
{
    /// <summary>How many ended operations are remembered besides the latest.</summary>
    private const int Remembered = 4;

    public static bool IsRunning(this ServiceInstanceDocument instance) => instance.Operation.State == OperationState.InProgress;

    /// <summary>Whether the platform may take the id for something new: nothing stands behind it.</summary>
    public static bool IsOver(this ServiceInstanceDocument instance) => instance.State is ServiceInstanceState.Failed or ServiceInstanceState.Deleted;

    /// <summary>Has its port, and nothing changes it: no operation runs, no roll-back is on its way.</summary>
    public static bool IsSettled(this ServiceInstanceDocument instance)
        => instance is { State: ServiceInstanceState.Active, RollBackDueAt: null } && !instance.IsRunning();

    public static bool Runs(this ServiceInstanceDocument instance, string operationId) => instance.IsRunning() && instance.Operation.Id == operationId;

    /// <summary>The operation of that id, or the latest where there is none: platforms have been seen to ask with words of their own.</summary>
    public static OperationRecord OperationOf(this ServiceInstanceDocument instance, string? operationId)
        => operationId is null ? instance.Operation
            : instance.Earlier.Prepend(instance.Operation).FirstOrDefault(operation => operation.Id == operationId) ?? instance.Operation;

    /// <summary>A new instance takes the place of one that is over. Its policy is newer than all of that one's, whose port it may find still held.</summary>
    public static ServiceInstanceDocument Following(this ServiceInstanceDocument instance, ServiceInstanceDocument? remembered, DateTimeOffset now)
    {
        var number = NextRevision(remembered, now);
        return instance with { Life = number, PolicyRevision = number };
    }

    public static ServiceInstanceDocument? Provisioned(this ServiceInstanceDocument instance, string operationId, int port, DateTimeOffset now)
        => !instance.Runs(operationId) || instance.State != ServiceInstanceState.Provisioning ? null : instance with
        {
            State = ServiceInstanceState.Active,
            Port = port,
            Operation = instance.Operation.Succeeded(now),
        };

    public static ServiceInstanceDocument? ProvisionFailed(
        this ServiceInstanceDocument instance, string operationId, OperationFailure failure, string description, DateTimeOffset now, TimeSpan forgetAfter)
        => !instance.Runs(operationId) || instance.State != ServiceInstanceState.Provisioning ? null : instance with
        {
            State = ServiceInstanceState.Failed,
            Operation = instance.Operation.Failed(failure, description, now),
            ForgetAt = now + forgetAfter,
        };

    /// <summary>A delete takes the place of whatever runs: of a create too, which reads failed from then on.</summary>
    public static ServiceInstanceDocument Deprovisioning(this ServiceInstanceDocument instance, OperationRecord operation, DateTimeOffset now)
    {
        var before = instance.IsRunning()
            ? instance.Operation.Failed(OperationFailure.Superseded, "The service instance was deleted before this ended.", now)
            : instance.Operation;
        return instance with
        {
            State = ServiceInstanceState.Deprovisioning,
            Operation = operation,
            Earlier = [before, .. instance.Earlier.Take(Remembered - 1)],
            Update = null,
            RollBackDueAt = null,
            ForgetAt = null,
        };
    }

    public static ServiceInstanceDocument? Deprovisioned(this ServiceInstanceDocument instance, string operationId, DateTimeOffset now, TimeSpan forgetAfter)
        => !instance.Runs(operationId) || instance.State != ServiceInstanceState.Deprovisioning ? null : instance with
        {
            State = ServiceInstanceState.Deleted,
            Operation = instance.Operation.Succeeded(now),
            Port = null,
            ForgetAt = now + forgetAfter,
        };

    /// <summary>The instance stays half deleted: nothing may use it, and the delete can be repeated.</summary>
    public static ServiceInstanceDocument? DeprovisionFailed(this ServiceInstanceDocument instance, string operationId, string description, DateTimeOffset now)
        => !instance.Runs(operationId) || instance.State != ServiceInstanceState.Deprovisioning ? null : instance with
        {
            Operation = instance.Operation.Failed(OperationFailure.TimedOut, description, now),
        };

    public static ServiceInstanceDocument Next(this ServiceInstanceDocument instance, OperationRecord operation) => instance with
    {
        Operation = operation,
        Earlier = [instance.Operation, .. instance.Earlier.Take(Remembered - 1)],
    };

    /// <summary>A roll-back that is not confirmed yet is superseded: the update's policy is whole, and newer.</summary>
    public static ServiceInstanceDocument Updating(this ServiceInstanceDocument instance, PendingUpdate update, OperationRecord operation, DateTimeOffset now)
        => instance.Next(operation) with
        {
            Update = update,
            PolicyRevision = NextRevision(instance, now),
            RollBackDueAt = null,
        };

    /// <param name="revision">Of the policy that the port follows now.</param>
    public static ServiceInstanceDocument? Updated(this ServiceInstanceDocument instance, long revision, DateTimeOffset now)
        => !instance.IsRunning() || instance.Update is not { } update || instance.PolicyRevision != revision ? null : instance.With(update) with
        {
            Operation = instance.Operation.Succeeded(now),
        };

    /// <summary>The command may still be carried out, or have been: the port is given the old policy anew, until the node confirms it.</summary>
    public static ServiceInstanceDocument? UpdateTimedOut(this ServiceInstanceDocument instance, string operationId, string description, DateTimeOffset now)
        => instance.UpdateFailed(operationId, OperationFailure.TimedOut, description, now) is not { } failed ? null : failed with
        {
            PolicyRevision = NextRevision(instance, now),
            RollBackDueAt = now,
        };

    public static ServiceInstanceDocument? UpdateFailed(
        this ServiceInstanceDocument instance, string operationId, OperationFailure failure, string description, DateTimeOffset now)
        => !instance.Runs(operationId) || instance.Update is null ? null : instance with
        {
            Update = null,
            Operation = instance.Operation.Failed(failure, description, now),
        };

    public static ServiceInstanceDocument? RolledBack(this ServiceInstanceDocument instance, long revision)
        => instance.RollBackDueAt is null || instance.PolicyRevision != revision ? null : instance with { RollBackDueAt = null };

    public static ServiceInstanceDocument With(this ServiceInstanceDocument instance, PendingUpdate update) => instance with
    {
        Parameters = update.Parameters,
        Context = update.Context,
        MaintenanceVersion = update.MaintenanceVersion,
        Update = null,
    };

    /// <summary>The time where that is higher, so that a revision grows too across documents that were forgotten.</summary>
    private static long NextRevision(ServiceInstanceDocument? before, DateTimeOffset now)
        => Math.Max((before?.PolicyRevision ?? 0) + 1, now.ToUnixTimeMilliseconds());

    public static OperationRecord Succeeded(this OperationRecord operation, DateTimeOffset now) => operation with
    {
        State = OperationState.Succeeded,
        EndedAt = now,
    };

    public static OperationRecord Failed(this OperationRecord operation, OperationFailure failure, string description, DateTimeOffset now) => operation with
    {
        State = OperationState.Failed,
        Failure = failure,
        Description = description,
        EndedAt = now,
    };
}
