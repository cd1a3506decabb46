using Harbor.Contracts.Ports;
using Harbor.State.Ports;

namespace Harbor.Gateway.Admin;

/// <summary>A port in full.</summary>
internal sealed record PortDetail(
    PortStatus Status, PortPolicy Policy, IReadOnlyList<BoundApp> Apps, IReadOnlyList<BackendEntry> Backends, IReadOnlyList<PortWorkerView> Workers);
