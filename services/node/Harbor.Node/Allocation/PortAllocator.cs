using Harbor.Contracts.Allocation;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>
/// Takes ports. The document's id (<c>pool/port</c>) and its unique owner are what makes a port have one owner and an owner one port, however many
/// nodes try at once; everything known in memory only says where to try first.
/// </summary>
internal sealed partial class PortAllocator(
    IDocuments<PortDocument> ports, PortDirectory directory, NodeMetrics metrics, TimeProvider time, ILogger<PortAllocator> logger)
{
    /// <summary>How often something may change under an allocation before it gives up to be tried again later. Losing a port to another node is not counted.</summary>
    private const int MaxRounds = 16;

    // Repeated commands of one instance wait for each other here, so that they do not reserve several of the last free ports.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public async Task<PortAllocation> AllocateAsync(AllocatePort command, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)command.ServiceInstanceId.GetHashCode(StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync(cancellationToken);
        var allocation = default(PortAllocation);
        try
        {
            allocation = await TryAsync(command, cancellationToken);
        }
        finally
        {
            turn.Release();
        }

        metrics.Allocated(allocation.Refusal);
        if (allocation.Port is { } port)
        {
            Log.Allocated(logger, port.Port, port.Pool, port.ServiceInstanceId, command.OperationId);
        }
        else
        {
            Log.Refused(logger, command.ServiceInstanceId, command.Pool, allocation.Refusal, allocation.Description, command.OperationId);
        }

        return allocation;
    }

    private async Task<PortAllocation> TryAsync(AllocatePort command, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            // What the view shows may be over already, so what would be answered from it is read again.
            var last = directory.LastPortOf(command.ServiceInstanceId) is { } seen ? await ports.GetAsync(seen.Id, cancellationToken) : null;
            if (last is { State: PortState.Active } && last.ServiceInstanceId == command.ServiceInstanceId)
            {
                if (await KeepAsync(command, last, cancellationToken) is { } kept)
                {
                    return kept;
                }

                continue;
            }

            if (directory.FreePortsOf(command.Pool) is not { } pool)
            {
                return PortAllocation.Refused(AllocationRefusal.PoolUnknown, $"There is no pool {command.Pool}.");
            }

            var refused = directory.RefusedPorts(command.Pool, time.GetUtcNow());
            refused.UnionWith(command.Avoid);
            var allocation = command.RequestedPort is { } wanted
                ? await TakeRequestedAsync(command, wanted, pool, refused, cancellationToken)
                : await TakeOwnAsync(command, last, pool, refused, cancellationToken) ?? await TakeRandomAsync(command, pool, refused, cancellationToken);
            if (allocation is { } done && done.Refusal is not AllocationRefusal.PoolExhausted)
            {
                return done;
            }

            // Another node may have been faster, for the same instance.
            if (await ports.HeldByAsync(command.ServiceInstanceId, cancellationToken) is { } held)
            {
                if (await KeepAsync(command, held, cancellationToken) is { } kept)
                {
                    return kept;
                }
            }
            else if (allocation is { } refusal)
            {
                return refusal;
            }
        }

        throw new TimeoutException($"The ports of {command.ServiceInstanceId} change faster than they can be read.");
    }

    /// <summary>
    /// The port that the instance's id has: of this life, with the newer policy; of an earlier life, made new for this one. Null where it is given up, or
    /// not what it was: look again.
    /// </summary>
    private async Task<PortAllocation?> KeepAsync(AllocatePort command, PortDocument held, CancellationToken cancellationToken)
    {
        if (held.Life > command.Life)
        {
            return Superseded(command);
        }

        if (held.Life == command.Life && command.Avoid.Contains(held.Port))
        {
            // No client can have known it: no worker had it open for this life.
            await ports.DeleteAsync(held, cancellationToken);
            directory.Restore(held.Pool, held.Port);
            return null;
        }

        if (!IsAskedFor(command, held))
        {
            await ports.ReplaceAsync(held.Quarantined(time.GetUtcNow(), directory.Pools.Find(held.Pool)), cancellationToken);
            return null;
        }

        return held.Life < command.Life ? Stored(await TakeAsync(command, held.Port, held, cancellationToken))
            : held.PolicyRevision >= command.PolicyRevision ? PortAllocation.Of(held)
            : Stored(await ports.ReplaceAsync(held with { Policy = command.Policy, PolicyRevision = command.PolicyRevision }, cancellationToken));
    }

    /// <summary>A port of an earlier life is as good as a quarantined one: its owner has it back, unless it now asks for another.</summary>
    private bool IsAskedFor(AllocatePort command, PortDocument held)
        => held.Pool == command.Pool
            && (command.RequestedPort ?? held.Port) == held.Port
            && (held.Life == command.Life || (!command.Avoid.Contains(held.Port) && directory.FreePortsOf(held.Pool)?.Contains(held.Port) is true));

    private static PortAllocation Superseded(AllocatePort command)
        => PortAllocation.Refused(AllocationRefusal.Superseded, $"Service instance {command.ServiceInstanceId} was provisioned anew since.");

    /// <summary>Null: look again.</summary>
    private async Task<PortAllocation?> TakeRequestedAsync(AllocatePort command, int wanted, PortPool pool, HashSet<int> refused, CancellationToken cancellationToken)
    {
        if (!pool.Contains(wanted))
        {
            return PortAllocation.Refused(AllocationRefusal.PortOutOfRange, $"Port {wanted} is not in the range of pool {command.Pool}.");
        }

        if (refused.Contains(wanted))
        {
            return PortAllocation.Refused(AllocationRefusal.PortUnusable, $"Port {wanted} cannot be opened: another process of the edge has it.");
        }

        var known = await ports.GetAsync(PortDocument.IdOf(command.Pool, wanted), cancellationToken);
        if (known is not null && known.ServiceInstanceId != command.ServiceInstanceId)
        {
            if (known.State is PortState.Active)
            {
                return PortAllocation.Refused(AllocationRefusal.PortTaken, $"Port {wanted} is taken.");
            }

            if (known.QuarantinedUntil > time.GetUtcNow())
            {
                return PortAllocation.Refused(AllocationRefusal.PortQuarantined, $"Port {wanted} was released a short while ago and is not free yet.");
            }
        }
        else if (known?.Life > command.Life)
        {
            return Superseded(command);
        }

        return Stored(await TakeAsync(command, wanted, known, cancellationToken));
    }

    /// <summary>The instance's own port back from quarantine; null where it has none there that is good.</summary>
    private async Task<PortAllocation?> TakeOwnAsync(AllocatePort command, PortDocument? last, PortPool pool, HashSet<int> refused, CancellationToken cancellationToken)
    {
        if (last is not { State: PortState.Quarantined } || last.ServiceInstanceId != command.ServiceInstanceId)
        {
            return null;
        }

        if (last.Life > command.Life)
        {
            return Superseded(command);
        }

        return last.Pool == command.Pool && pool.Contains(last.Port) && !refused.Contains(last.Port)
            ? Stored(await TakeAsync(command, last.Port, last, cancellationToken))
            : null;
    }

    /// <summary>Null: the instance has a port already.</summary>
    private async Task<PortAllocation?> TakeRandomAsync(AllocatePort command, PortPool pool, HashSet<int> refused, CancellationToken cancellationToken)
    {
        while (pool.Reserve(refused.Contains, time.GetUtcNow()) is { } port)
        {
            var result = default(WriteResult<PortDocument>);
            try
            {
                result = await TakeAsync(command, port, directory.Ports.Find(PortDocument.IdOf(command.Pool, port)), cancellationToken);
            }
            finally
            {
                if (!result.Written)
                {
                    directory.Restore(command.Pool, port);
                }
            }

            if (result.Written || result.Outcome is WriteOutcome.KeyTaken)
            {
                return Stored(result);
            }

            // Another node was faster, and the watch has not told yet.
            metrics.LostRace();
            refused.Add(port);
        }

        return PortAllocation.Refused(AllocationRefusal.PoolExhausted, $"Pool {command.Pool} has no free port left.");
    }

    private ValueTask<WriteResult<PortDocument>> TakeAsync(AllocatePort command, int port, PortDocument? known, CancellationToken cancellationToken)
    {
        var taken = new PortDocument
        {
            Id = PortDocument.IdOf(command.Pool, port),
            Version = known?.Version ?? 0,
            Pool = command.Pool,
            Port = port,
            Protocol = command.Protocol,
            ServiceInstanceId = command.ServiceInstanceId,
            Life = command.Life,
            State = PortState.Active,
            Policy = command.Policy,
            PolicyRevision = command.PolicyRevision,
            AllocatedAt = time.GetUtcNow(),
        };
        return known is null ? ports.InsertAsync(taken, cancellationToken) : ports.ReplaceAsync(taken, cancellationToken);
    }

    private static PortAllocation? Stored(WriteResult<PortDocument> result) => result.Written ? PortAllocation.Of(result.Document!) : null;

    private static partial class Log
    {
        [LoggerMessage(2000, LogLevel.Information, "Port {ExternalPort} of pool {Pool} belongs to service instance {ServiceInstanceId} (operation {OperationId})")]
        public static partial void Allocated(ILogger logger, int externalPort, string pool, string serviceInstanceId, string operationId);

        [LoggerMessage(2001, LogLevel.Warning, "Service instance {ServiceInstanceId} gets no port of pool {Pool}: {Refusal}, {Description} (operation {OperationId})")]
        public static partial void Refused(ILogger logger, string serviceInstanceId, string pool, AllocationRefusal? refusal, string? description, string operationId);
    }
}
