using Serilog.Core;
using Serilog.Events;

namespace Harbor.Hosting.Logs;

/// <summary>Gives an event its <c>TraceId</c> as a property, so that files and searches have it under the name that all services share.</summary>
internal sealed class TraceEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.TraceId is { } trace)
        {
            logEvent.AddPropertyIfAbsent(new LogEventProperty("TraceId", new ScalarValue(trace.ToHexString())));
        }
    }
}
