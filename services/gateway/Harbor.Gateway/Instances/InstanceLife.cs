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

    public static bool Runs(this ServiceInstanceDocument instance, string operationId) => instance.IsRunning() && instance.Operation.Id == operationId;

    /// <summary>The operation of that id, or the latest where there is none: platforms have been seen to ask with words of their own.</summary>
    public static OperationRecord OperationOf(this ServiceInstanceDocument instance, string? operationId)
        => operationId is null ? instance.Operation
            : instance.Earlier.Prepend(instance.Operation).FirstOrDefault(operation => operation.Id == operationId) ?? instance.Operation;

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

    public static ServiceInstanceDocument Updating(this ServiceInstanceDocument instance, PendingUpdate update, OperationRecord operation) => instance with
    {
        Update = update,
        Operation = operation,
        Earlier = [instance.Operation, .. instance.Earlier.Take(Remembered - 1)],
    };

    public static ServiceInstanceDocument? Updated(this ServiceInstanceDocument instance, string operationId, DateTimeOffset now)
        => !instance.Runs(operationId) || instance.Update is not { } update ? null : instance.With(update) with
        {
            Operation = instance.Operation.Succeeded(now),
        };

    public static ServiceInstanceDocument? UpdateFailed(
        this ServiceInstanceDocument instance, string operationId, OperationFailure failure, string description, DateTimeOffset now)
        => !instance.Runs(operationId) || instance.Update is null ? null : instance with
        {
            Update = null,
            Operation = instance.Operation.Failed(failure, description, now),
        };

    public static ServiceInstanceDocument With(this ServiceInstanceDocument instance, PendingUpdate update) => instance with
    {
        Parameters = update.Parameters,
        Context = update.Context,
        MaintenanceVersion = update.MaintenanceVersion,
        Update = null,
    };

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
