using Harbor.Contracts.Allocation;
using Harbor.Contracts.Ports;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>What the node does to ports, by the contract: one port an instance, random among the free, quarantine, compare-and-swap by one lock.</summary>
internal sealed class FakePorts(FakeEdge edge, IDocuments<PortDocument> ports, IDocuments<PoolDocument> pools, TimeProvider time)
{
    public async Task<object> AllocateAsync(AllocatePort command, CancellationToken cancellationToken)
    {
        await edge.Writing.WaitAsync(cancellationToken);
        try
        {
            var all = await ports.QueryAsync(DocumentQuery.All, cancellationToken);
            var own = all.FirstOrDefault(port => port.ServiceInstanceId == command.ServiceInstanceId && port.State == PortState.Active);
            if (own?.Life > command.Life)
            {
                return Refused(command, AllocationRefusal.Superseded, "The service instance was provisioned anew.");
            }

            if (own?.Life == command.Life && !command.Avoid.Contains(own.Port) && (command.RequestedPort ?? own.Port) == own.Port)
            {
                if (command.PolicyRevision > own.PolicyRevision)
                {
                    await ports.ReplaceAsync(Follow(own, command.Policy, command.PolicyRevision), cancellationToken);
                }

                return Allocated(command, own.Port);
            }

            if (own is not null)
            {
                await ports.DeleteAsync(own, cancellationToken);
            }

            var pool = await pools.GetAsync(command.Pool, cancellationToken);
            if (pool is null)
            {
                return Refused(command, AllocationRefusal.PoolUnknown, "The pool is not known.");
            }

            var taken = all.Where(port => port.Pool == command.Pool && port != own).ToDictionary(port => port.Port);
            if (command.RequestedPort is { } wanted)
            {
                if (taken.TryGetValue(wanted, out var holder) && (holder.State == PortState.Active || holder.ServiceInstanceId != command.ServiceInstanceId))
                {
                    return Refused(command, AllocationRefusal.PortTaken, $"Port {wanted} is taken.");
                }

                return await TakeAsync(command, wanted, taken.GetValueOrDefault(wanted), cancellationToken);
            }

            var back = taken.Values.FirstOrDefault(port => port.ServiceInstanceId == command.ServiceInstanceId && !command.Avoid.Contains(port.Port));
            var free = back?.Port ?? Enumerable.Range(pool.FirstPort, pool.LastPort - pool.FirstPort + 1)
                .Where(port => !taken.ContainsKey(port) && !command.Avoid.Contains(port)).OrderBy(_ => Random.Shared.Next()).FirstOrDefault();
            return free == 0
                ? Refused(command, AllocationRefusal.PoolExhausted, "All ports of the pool are in use.")
                : await TakeAsync(command, free, back, cancellationToken);
        }
        finally
        {
            edge.Writing.Release();
        }
    }

    /// <summary>The port with that policy, unless it follows a newer one.</summary>
    public static PortDocument Follow(PortDocument port, PortPolicy policy, long revision)
        => port.PolicyRevision >= revision ? port : port with { Policy = policy, PolicyRevision = revision };

    public async Task<PortReleased> ReleaseAsync(ReleasePort command, CancellationToken cancellationToken)
    {
        await edge.Writing.WaitAsync(cancellationToken);
        try
        {
            var own = (await ports.QueryAsync(DocumentQuery.All, cancellationToken))
                .FirstOrDefault(port => port.ServiceInstanceId == command.ServiceInstanceId && port.State == PortState.Active
                    && port.Life <= command.Life && (command.Port ?? port.Port) == port.Port);
            if (own is not null && command.Unused)
            {
                await ports.DeleteAsync(own, cancellationToken);
            }
            else if (own is not null)
            {
                await ports.ReplaceAsync(
                    own with { State = PortState.Quarantined, Apps = [], Backends = [], ReleasedAt = time.GetUtcNow(), QuarantinedUntil = time.GetUtcNow().AddMinutes(1) },
                    cancellationToken);
            }

            return new PortReleased { OperationId = command.OperationId, ServiceInstanceId = command.ServiceInstanceId, Pool = command.Pool, Port = own?.Port };
        }
        finally
        {
            edge.Writing.Release();
        }
    }

    /// <summary>Changes the port of an instance; null where it holds none.</summary>
    public async Task<PortDocument?> ChangeAsync(string serviceInstanceId, Func<PortDocument, PortDocument?> change, CancellationToken cancellationToken)
    {
        await edge.Writing.WaitAsync(cancellationToken);
        try
        {
            var own = (await ports.QueryAsync(DocumentQuery.All, cancellationToken))
                .FirstOrDefault(port => port.ServiceInstanceId == serviceInstanceId && port.State == PortState.Active);
            return own is null || change(own) is not { } changed ? null : (await ports.ReplaceAsync(changed, cancellationToken)).Document;
        }
        finally
        {
            edge.Writing.Release();
        }
    }

    private async Task<object> TakeAsync(AllocatePort command, int number, PortDocument? before, CancellationToken cancellationToken)
    {
        if (before is not null)
        {
            await ports.DeleteAsync(before, cancellationToken);
        }

        var written = await ports.InsertAsync(
            new PortDocument
            {
                Id = PortDocument.IdOf(command.Pool, number),
                Pool = command.Pool,
                Port = number,
                Protocol = command.Protocol,
                ServiceInstanceId = command.ServiceInstanceId,
                Life = command.Life,
                State = PortState.Active,
                Policy = command.Policy,
                PolicyRevision = command.PolicyRevision,
                AllocatedAt = time.GetUtcNow(),
            },
            cancellationToken);
        return written.Written ? Allocated(command, number) : throw new InvalidOperationException($"Port {number} was taken under the lock.");
    }

    private static PortAllocated Allocated(AllocatePort command, int port)
        => new() { OperationId = command.OperationId, ServiceInstanceId = command.ServiceInstanceId, Life = command.Life, Pool = command.Pool, Port = port };

    private static PortAllocationRefused Refused(AllocatePort command, AllocationRefusal reason, string description)
        => new() { OperationId = command.OperationId, ServiceInstanceId = command.ServiceInstanceId, Pool = command.Pool, Reason = reason, Description = description };
}
