using Harbor.Contracts.Bindings;
using Harbor.Gateway.Instances;
using Harbor.State.Services;

namespace Harbor.Gateway.Bindings;

/// <summary>The steps of a binding's life, as pure changes of its document. A step that does not fit the document's state is null.</summary>
internal static class BindingLife
{
    public static bool IsRunning(this BindingDocument binding) => binding.Operation.State == OperationState.InProgress;

    /// <summary>The operation of that id, or the latest where there is none.</summary>
    public static OperationRecord OperationOf(this BindingDocument binding, string? operationId)
        => binding.Earlier is { } earlier && earlier.Id == operationId ? earlier : binding.Operation;

    /// <summary>A new binding takes the place of one that is gone: of a later life than all that the port may have heard of.</summary>
    public static BindingDocument Following(this BindingDocument binding, BindingDocument? remembered, DateTimeOffset now)
        => binding with { OwnLife = Math.Max((remembered?.OwnLife ?? 0) + 1, now.ToUnixTimeMilliseconds()) };

    public static UnbindApp Unbind(this BindingDocument binding)
        => new() { BindingId = binding.Id, ServiceInstanceId = binding.ServiceInstanceId, Life = binding.Life, BindingLife = binding.OwnLife };

    public static BindingDocument? Bound(this BindingDocument binding, string operationId, int? intPort, DateTimeOffset now)
        => binding.State != BindingState.Creating || binding.Operation.Id != operationId ? null : binding with
        {
            State = BindingState.Active,
            IntPort = intPort,
            Operation = binding.Operation.Succeeded(now),
        };

    /// <summary>Whatever the port knows of it must go: the sweep sees to that, from now on.</summary>
    public static BindingDocument? BindFailed(this BindingDocument binding, string operationId, OperationFailure failure, string description, DateTimeOffset now)
        => binding.State != BindingState.Creating || binding.Operation.Id != operationId ? null : binding with
        {
            State = BindingState.Removing,
            Operation = binding.Operation.Failed(failure, description, now),
            ForgetAt = now,
        };

    public static BindingDocument Unbinding(this BindingDocument binding, OperationRecord operation, DateTimeOffset now) => binding with
    {
        State = BindingState.Removing,
        Operation = operation,
        Earlier = binding.IsRunning() ? binding.Operation.Failed(OperationFailure.Superseded, "The binding was deleted before this ended.", now) : binding.Operation,
        Asynchronous = false,
        ForgetAt = null,
    };

    /// <summary>The platform may stop waiting; the sweep goes on.</summary>
    public static BindingDocument? UnbindFailed(this BindingDocument binding, string operationId, string description, DateTimeOffset now)
        => binding.State != BindingState.Removing || !binding.IsRunning() || binding.Operation.Id != operationId ? null : binding with
        {
            Operation = binding.Operation.Failed(OperationFailure.TimedOut, description, now),
            ForgetAt = now,
        };

    /// <summary>Nothing is left of it; what is kept is how it ended.</summary>
    public static BindingDocument Removed(this BindingDocument binding, DateTimeOffset now, TimeSpan forgetAfter) => binding with
    {
        State = BindingState.Removed,
        Operation = binding.IsRunning() ? binding.Operation.Succeeded(now) : binding.Operation,
        ForgetAt = now + forgetAfter,
    };
}
