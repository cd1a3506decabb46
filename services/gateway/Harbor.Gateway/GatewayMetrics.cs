using System.Diagnostics.Metrics;
using Harbor.State.Services;

namespace Harbor.Gateway;

/// <summary>What the gateway counts.</summary>
internal sealed class GatewayMetrics
{
    public const string MeterName = "harbor.gateway";

    private readonly Counter<long> _operations;
    private readonly Histogram<double> _durations;
    private IReadOnlyDictionary<(string Saga, string State), int> _sagas = new Dictionary<(string Saga, string State), int>();

    public GatewayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _operations = meter.CreateCounter<long>("harbor.gateway.operations", "{operation}", "Operations that ended, by kind and state.");
        _durations = meter.CreateHistogram<double>("harbor.gateway.operation.duration", "s", "From acceptance to end of an operation.");
        meter.CreateObservableGauge("harbor.gateway.sagas", ObserveSagas, "{saga}", "Sagas under way, by saga and state, as the sweep saw them last.");
    }

    public void SagasAre(IReadOnlyDictionary<(string Saga, string State), int> counts) => _sagas = counts;

    public void Ended(OperationRecord operation)
    {
        if (!_operations.Enabled && !_durations.Enabled)
        {
            return;
        }

        var kind = KeyValuePair.Create<string, object?>("kind", operation.Kind.ToString());
        var state = KeyValuePair.Create<string, object?>("state", operation.State.ToString());
        _operations.Add(1, kind, state);
        if (operation.EndedAt is { } end)
        {
            _durations.Record((end - operation.StartedAt).TotalSeconds, kind, state);
        }
    }

    private IEnumerable<Measurement<int>> ObserveSagas() => _sagas.Select(count => new Measurement<int>(
        count.Value, KeyValuePair.Create<string, object?>("saga", count.Key.Saga), KeyValuePair.Create<string, object?>("state", count.Key.State)));
}
