using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Workers;
using Harbor.Gateway.Broker;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Workers;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>What the table of <see cref="ReleasePortStateMachine"/> asks and does: conditions and changes of the saga's own state, no I/O.</summary>
internal sealed partial class ReleaseRules(
    LiveWorkers workers, IOptions<GatewayOptions> options, TimeProvider time, ILogger<ReleasePortStateMachine> logger)
{
    private BrokerOptions Broker => options.Value.Broker;

    /// <summary>A command of an earlier life is a late duplicate, whose operation is long over.</summary>
    public static bool IsNewer(BehaviorContext<ReleasePortState, DeprovisionPort> context)
        => context.Message.Life >= context.Saga.Life && context.Message.OperationId != context.Saga.OperationId;

    /// <summary>What a later life is given stays.</summary>
    public static bool IsOurs(BehaviorContext<ReleasePortState, PortAllocated> context) => context.Message.Life <= context.Saga.Life;

    public static bool IsOurs(BehaviorContext<ReleasePortState, PortReleased> context) => context.Message.OperationId == context.Saga.OperationId;

    /// <summary>No live worker may still listen; or the wait for them is over.</summary>
    public bool IsClosed(BehaviorContext<ReleasePortState> context)
        => context.Saga.Port is not { } port
            || context.Saga.CloseBy <= time.GetUtcNow()
            || workers.Of(context.Saga.Pool).All(worker => context.Saga.ClosedBy.TryGetValue(worker, out var closed) && closed == port);

    /// <summary>False for the second of two gateways that woke it.</summary>
    public bool IsDue(BehaviorContext<ReleasePortState, ResumeDeprovision> context)
        => context.Message.OperationId == context.Saga.OperationId && context.Saga.DueAt <= time.GetUtcNow();

    public bool IsLate(BehaviorContext<ReleasePortState> context) => context.Saga.Deadline <= time.GetUtcNow();

    public void Begin(BehaviorContext<ReleasePortState, DeprovisionPort> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        saga.OperationId = message.OperationId;
        saga.ServiceInstanceId = message.ServiceInstanceId;
        saga.Life = message.Life;
        saga.Pool = message.Pool;
        saga.Unused = message.Unused;
        saga.Deadline = message.Deadline;
        saga.Port = null;
        saga.ClosedBy = [];
        Restart(saga);
    }

    public void NoteReleased(BehaviorContext<ReleasePortState, PortReleased> context)
    {
        context.Saga.Port = context.Message.Port;
        Restart(context.Saga);
        context.Saga.CloseBy = time.GetUtcNow() + Broker.CloseTimeout;
        Log.Released(logger, context.Saga.ServiceInstanceId, context.Saga.OperationId, context.Saga.Pool, context.Message.Port);
    }

    public static void NoteClosed(BehaviorContext<ReleasePortState, PortClosed> context)
    {
        // An id mostly has its earlier port again: that it was closed once says nothing of now. Workers that say no life are believed.
        if (context.Message.Pool == context.Saga.Pool && (context.Message.Life ?? context.Saga.Life) == context.Saga.Life)
        {
            context.Saga.ClosedBy[context.Message.WorkerId] = context.Message.Port;
        }
    }

    public void Postpone(BehaviorContext<ReleasePortState> context)
    {
        var saga = context.Saga;
        saga.Resends++;
        saga.DueAt = time.GetUtcNow() + Resending.Pause(Broker, saga.Resends);
        Log.Waiting(logger, saga.ServiceInstanceId, saga.OperationId, saga.Pool, saga.Port, saga.CurrentState, saga.Resends);
    }

    public static ReleasePort Release(ReleasePortState saga) => new()
    {
        OperationId = saga.OperationId,
        ServiceInstanceId = saga.ServiceInstanceId,
        Life = saga.Life,
        Pool = saga.Pool,
        Unused = saga.Unused,
    };

    public static ReportPort Report(ReleasePortState saga) => new()
    {
        Pool = saga.Pool,
        Port = saga.Port ?? 0,
        ServiceInstanceId = saga.ServiceInstanceId,
        Life = saga.Life,
    };

    /// <summary>A new step begins: the sweep looks at it after the first pause.</summary>
    private void Restart(ReleasePortState saga)
    {
        saga.Resends = 0;
        saga.DueAt = time.GetUtcNow() + Broker.FirstResend;
    }

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Information, "Port {ExternalPort} of pool {Pool} is released by {ServiceInstanceId} in operation {OperationId}.")]
        public static partial void Released(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort);

        [LoggerMessage(1201, LogLevel.Information, "Deprovision of {ServiceInstanceId} waits in {SagaState} (pool {Pool}, port {ExternalPort}); operation {OperationId} asks again, time {Resend}.")]
        public static partial void Waiting(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort, string sagaState, int resend);
    }
}
