using Harbor.Contracts.Ports;
using MassTransit;

namespace Harbor.Gateway.Provisioning;

/// <summary>A provision under way: what it asked for, what it has, and when it must be looked at again.</summary>
internal sealed class ProvisionPortState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public string OperationId { get; set; } = "";

    public string ServiceInstanceId { get; set; } = "";

    public long Life { get; set; }

    public string Pool { get; set; } = "";

    public PortProtocol Protocol { get; set; }

    public PortPolicy Policy { get; set; } = new();

    public long PolicyRevision { get; set; }

    public int? RequestedPort { get; set; }

    /// <summary>The port that the node took, from <c>Opening</c> on.</summary>
    public int? Port { get; set; }

    /// <summary>Ports that a worker could not open.</summary>
    public List<int> Avoid { get; set; } = [];

    /// <summary>Worker to the port that it said to have opened. A worker may be faster than the node's answer.</summary>
    public Dictionary<string, int> OpenedBy { get; set; } = [];

    /// <summary>The port that a worker could not open, and why, where that came before the node's answer.</summary>
    public Dictionary<int, string> RefusedPorts { get; set; } = [];

    public DateTimeOffset Deadline { get; set; }

    /// <summary>When the sweep wakes it, because an answer may have been lost.</summary>
    public DateTimeOffset DueAt { get; set; }

    public int Resends { get; set; }

    /// <summary>How the instance's document ended the provision.</summary>
    public ProvisionEnd End { get; set; }
}
