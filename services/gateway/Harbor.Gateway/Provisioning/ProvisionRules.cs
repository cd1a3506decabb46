using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Workers;
using Harbor.Gateway.Broker;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Workers;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Provisioning;

/// <summary>What the table of <see cref="ProvisionPortStateMachine"/> asks and does: conditions and changes of the saga's own state, no I/O.</summary>
internal sealed partial class ProvisionRules(
    LiveWorkers workers, IOptions<GatewayOptions> options, TimeProvider time, ILogger<ProvisionPortStateMachine> logger)
{
    private BrokerOptions Broker => options.Value.Broker;

    /// <summary>A life has one provision. A command of an earlier life is a late duplicate, whose operation is long over.</summary>
    public static bool IsNewer(BehaviorContext<ProvisionPortState, ProvisionPort> context)
        => context.Message.Life >= context.Saga.Life && context.Message.OperationId != context.Saga.OperationId;

    /// <summary>The delete of an earlier life does not concern this one.</summary>
    public static bool IsSuperseded(BehaviorContext<ProvisionPortState, DeprovisionPort> context) => context.Message.Life >= context.Saga.Life;

    public static bool IsOurs(BehaviorContext<ProvisionPortState, PortAllocationRefused> context) => context.Message.OperationId == context.Saga.OperationId;

    public static bool IsOurs(BehaviorContext<ProvisionPortState, PortReleased> context) => context.Message.OperationId == context.Saga.OperationId;

    /// <summary>A port that was given up already may be named once more by a late answer.</summary>
    public static bool IsWanted(BehaviorContext<ProvisionPortState, PortAllocated> context)
        => context.Message.OperationId == context.Saga.OperationId && !context.Saga.Avoid.Contains(context.Message.Port);

    public static bool IsCurrentPort(BehaviorContext<ProvisionPortState, PortOpened> context)
        => context.Message.Port == context.Saga.Port && IsOfThisLife(context.Saga, context.Message.Pool, context.Message.Life);

    public static bool IsCurrentPort(BehaviorContext<ProvisionPortState, PortRefused> context)
        => context.Message.Port == context.Saga.Port && IsOfThisLife(context.Saga, context.Message.Pool, context.Message.Life);

    /// <summary>A worker has refused the port that is ours now.</summary>
    public static bool IsRefused(BehaviorContext<ProvisionPortState> context) => context.Saga.Port is { } port && context.Saga.RefusedPorts.ContainsKey(port);

    /// <summary>Every live worker listens; with none there, nobody does.</summary>
    public bool IsOpen(BehaviorContext<ProvisionPortState> context)
    {
        var live = 0;
        foreach (var worker in workers.Of(context.Saga.Pool))
        {
            live++;
            if (!context.Saga.OpenedBy.TryGetValue(worker, out var port) || port != context.Saga.Port)
            {
                return false;
            }
        }

        return live > 0 && context.Saga.Port is not null;
    }

    /// <summary>False for the second of two gateways that woke it.</summary>
    public bool IsDue(BehaviorContext<ProvisionPortState, ResumeProvision> context)
        => context.Message.OperationId == context.Saga.OperationId && context.Saga.DueAt <= time.GetUtcNow();

    public bool IsLate(BehaviorContext<ProvisionPortState> context) => context.Saga.Deadline <= time.GetUtcNow();

    public bool MayTryAnother(BehaviorContext<ProvisionPortState> context)
        => context.Saga.RequestedPort is null && context.Saga.Avoid.Count + 1 < Broker.AllocationAttempts;

    public void Begin(BehaviorContext<ProvisionPortState, ProvisionPort> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        saga.OperationId = message.OperationId;
        saga.ServiceInstanceId = message.ServiceInstanceId;
        saga.Life = message.Life;
        saga.Pool = message.Pool;
        saga.Protocol = message.Protocol;
        saga.Policy = message.Policy;
        saga.PolicyRevision = message.PolicyRevision;
        saga.RequestedPort = message.RequestedPort;
        saga.Deadline = message.Deadline;
        saga.Port = null;
        saga.Avoid = [];
        saga.OpenedBy = [];
        saga.RefusedPorts = [];
        saga.End = ProvisionEnd.None;
        Restart(context);
    }

    public void Take(BehaviorContext<ProvisionPortState, PortAllocated> context)
    {
        context.Saga.Port = context.Message.Port;
        Restart(context);
        Log.Allocated(logger, context.Saga.ServiceInstanceId, context.Saga.OperationId, context.Saga.Pool, context.Message.Port);
    }

    public static void NoteOpened(BehaviorContext<ProvisionPortState, PortOpened> context)
    {
        if (IsOfThisLife(context.Saga, context.Message.Pool, context.Message.Life))
        {
            context.Saga.OpenedBy[context.Message.WorkerId] = context.Message.Port;
        }
    }

    public static void NoteRefused(BehaviorContext<ProvisionPortState, PortRefused> context)
    {
        var message = context.Message;
        if (IsOfThisLife(context.Saga, message.Pool, message.Life) && !context.Saga.Avoid.Contains(message.Port))
        {
            context.Saga.RefusedPorts[message.Port] = message.Holder is { } holder ? $"{message.Reason}, held by {holder}" : message.Reason;
        }
    }

    public void AvoidPort(BehaviorContext<ProvisionPortState> context)
    {
        var port = context.Saga.Port!.Value;
        Log.TryingAnother(logger, context.Saga.ServiceInstanceId, context.Saga.OperationId, context.Saga.Pool, port, context.Saga.RefusedPorts[port]);
        context.Saga.RefusedPorts.Remove(port);
        context.Saga.Avoid.Add(port);
        context.Saga.Port = null;
        Restart(context);
    }

    /// <summary>A new step begins: the sweep looks at it after the first pause.</summary>
    public void Restart(BehaviorContext<ProvisionPortState> context)
    {
        context.Saga.Resends = 0;
        context.Saga.DueAt = time.GetUtcNow() + Broker.FirstResend;
    }

    public void Postpone(BehaviorContext<ProvisionPortState> context)
    {
        context.Saga.Resends++;
        context.Saga.DueAt = time.GetUtcNow() + Resending.Pause(Broker, context.Saga.Resends);
        Log.Waiting(logger, context.Saga.ServiceInstanceId, context.Saga.OperationId, context.Saga.Pool, context.Saga.Port, context.Saga.CurrentState, context.Saga.Resends);
    }

    public void LogSuperseded(BehaviorContext<ProvisionPortState> context)
        => Log.Superseded(logger, context.Saga.ServiceInstanceId, context.Saga.OperationId, context.Saga.Pool, context.Saga.Port);

    public static AllocatePort Allocate(ProvisionPortState saga) => new()
    {
        OperationId = saga.OperationId,
        ServiceInstanceId = saga.ServiceInstanceId,
        Life = saga.Life,
        Pool = saga.Pool,
        Protocol = saga.Protocol,
        Policy = saga.Policy,
        PolicyRevision = saga.PolicyRevision,
        RequestedPort = saga.RequestedPort,
        Avoid = saga.Avoid,
    };

    public static ReportPort Report(ProvisionPortState saga) => new()
    {
        Pool = saga.Pool,
        Port = saga.Port ?? 0,
        ServiceInstanceId = saga.ServiceInstanceId,
        Life = saga.Life,
    };

    public static ReleasePort Release(ProvisionPortState saga) => new()
    {
        OperationId = saga.OperationId,
        ServiceInstanceId = saga.ServiceInstanceId,
        Life = saga.Life,
        Pool = saga.Pool,
        Unused = true,
    };

    /// <summary>An id mostly has its earlier port again, so that the number alone does not tell what a worker's late word is about. Workers that say no life are believed.</summary>
    private static bool IsOfThisLife(ProvisionPortState saga, string pool, long? life) => pool == saga.Pool && (life ?? saga.Life) == saga.Life;

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Information, "Port {ExternalPort} of pool {Pool} is allocated to {ServiceInstanceId} in operation {OperationId}.")]
        public static partial void Allocated(ILogger logger, string serviceInstanceId, string operationId, string pool, int externalPort);

        [LoggerMessage(1101, LogLevel.Warning, "A worker cannot open port {ExternalPort} of pool {Pool} for {ServiceInstanceId} ({Reason}): operation {OperationId} takes another one.")]
        public static partial void TryingAnother(ILogger logger, string serviceInstanceId, string operationId, string pool, int externalPort, string reason);

        [LoggerMessage(1102, LogLevel.Information, "Provision of {ServiceInstanceId} waits in {SagaState} (pool {Pool}, port {ExternalPort}); operation {OperationId} asks again, time {Resend}.")]
        public static partial void Waiting(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort, string sagaState, int resend);

        [LoggerMessage(1103, LogLevel.Information, "Operation {OperationId} ends: {ServiceInstanceId} is being deleted (pool {Pool}, port {ExternalPort}).")]
        public static partial void Superseded(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort);
    }
}
