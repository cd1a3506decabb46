using Harbor.Contracts.Allocation;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>The outcome of an allocation: the port, or why there is none.</summary>
internal readonly record struct PortAllocation(PortDocument? Port, AllocationRefusal? Refusal, string? Description)
{
    public static PortAllocation Of(PortDocument port) => new(port, null, null);

    public static PortAllocation Refused(AllocationRefusal refusal, string description) => new(null, refusal, description);
}
