using Harbor.Proxy.Status;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.Tests;

/// <summary>Takes the place of the lease's logger.</summary>
internal sealed class LeaseLog : ILogger<WorkerLease>
{
    public EventLog<(LogLevel Level, string Text)> Entries { get; } = new();

    public IReadOnlyList<string> Warnings => [.. Entries.All.Where(entry => entry.Level >= LogLevel.Warning).Select(entry => entry.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Add((logLevel, formatter(state, exception)));
}
