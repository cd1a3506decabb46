using Harbor.Proxy.DataPlane.Admission;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;
using Harbor.Proxy.DataPlane.Metrics;

namespace Harbor.Proxy.DataPlane.Ports;

/// <summary>
/// One transport of an open port, as both engines see it: rules and backends to read (each swapped as a whole), and the holders of what changes
/// with traffic. Owns no socket. A connection reads <see cref="Rules"/> and <see cref="Backends"/> once and keeps what it read.
/// </summary>
internal sealed class TransportState(RelayContext context, int port, Transport transport, RelayPolicy policy, BackendSet backends)
{
    private AdmissionRules _rules = AdmissionRules.Compile(policy);
    private BackendSet _backends = backends;

    public int Port => port;

    public Transport Transport => transport;

    public AdmissionRules Rules => Volatile.Read(ref _rules);

    public BackendSet Backends => Volatile.Read(ref _backends);

    public AdmissionGate Gate { get; } = new(context.Options.SourcePrefixIPv6);

    public BackendPicker Picker { get; } = new(transport);

    public TransportMeter Meter { get; } = new();

    public TransportLog Log { get; } = new(context, port, transport);

    /// <summary>By the one writer, under the port's lock.</summary>
    public void Swap(RelayPolicy newPolicy, BackendSet newBackends)
    {
        Volatile.Write(ref _rules, AdmissionRules.Compile(newPolicy, _rules));
        Volatile.Write(ref _backends, newBackends);
    }
}
