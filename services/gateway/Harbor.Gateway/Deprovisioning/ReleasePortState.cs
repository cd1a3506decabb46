using MassTransit;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>A deprovision under way.</summary>
internal sealed class ReleasePortState : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public string OperationId { get; set; } = "";

    public string ServiceInstanceId { get; set; } = "";

    public long Life { get; set; }

    public string Pool { get; set; } = "";

    public bool Unused { get; set; }

    /// <summary>The port that the node released; null where the instance held none.</summary>
    public int? Port { get; set; }

    /// <summary>Worker to the port that it said to have closed. A worker may be faster than the node's answer.</summary>
    public Dictionary<string, int> ClosedBy { get; set; } = [];

    public DateTimeOffset Deadline { get; set; }

    /// <summary>Until when workers are waited for: the port is out of use already.</summary>
    public DateTimeOffset CloseBy { get; set; }

    /// <summary>When the sweep wakes it, because an answer may have been lost.</summary>
    public DateTimeOffset DueAt { get; set; }

    public int Resends { get; set; }
}
