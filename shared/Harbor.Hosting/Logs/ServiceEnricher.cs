using Serilog.Core;
using Serilog.Events;

namespace Harbor.Hosting.Logs;

/// <summary>
/// Gives every event its <c>Service</c>: by the namespace of its source where several modules share the process, else the only module. What the
/// shared parts say in <c>standalone</c> is nobody's alone and carries <c>standalone</c>.
/// </summary>
internal sealed class ServiceEnricher : ILogEventEnricher
{
    public const string Property = "Service";

    private readonly (string Prefix, LogEventProperty Service)[] _modules;
    private readonly LogEventProperty _other;

    public ServiceEnricher(IReadOnlyList<IHarborModule> modules)
    {
        _modules = [.. modules.Select(module => ($"Harbor.{Capitalized(module.Service)}", Named(module.Service)))];
        _other = Named(modules.Count == 1 ? modules[0].Service : "standalone");
    }

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        var source = logEvent.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: string text } ? text : string.Empty;
        logEvent.AddPropertyIfAbsent(ServiceOf(source));
    }

    private static LogEventProperty Named(string service) => new(Property, new ScalarValue(service));

    private static string Capitalized(string service) => char.ToUpperInvariant(service[0]) + service[1..];

    private LogEventProperty ServiceOf(string source)
    {
        if (_modules.Length > 1)
        {
            foreach (var (prefix, service) in _modules)
            {
                if (source.StartsWith(prefix, StringComparison.Ordinal) && (source.Length == prefix.Length || source[prefix.Length] == '.'))
                {
                    return service;
                }
            }
        }

        return _other;
    }
}
