using System.Text.Json.Serialization;

namespace Harbor.Contracts.Allocation;

/// <summary>Why a port was not allocated.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AllocationRefusal>))]
public enum AllocationRefusal
{
    PoolUnknown,
    PoolExhausted,

    /// <summary>The requested port is outside the pool's range.</summary>
    PortOutOfRange,

    /// <summary>The requested port belongs to another instance.</summary>
    PortTaken,

    /// <summary>The requested port was released by another instance a short while ago.</summary>
    PortQuarantined,

    /// <summary>The requested port is in the list of ports to avoid: a worker could not open it.</summary>
    PortUnusable,

    /// <summary>The command is late: a later life of the instance's id holds a port.</summary>
    Superseded,
}
