using Harbor.Proxy.DataPlane.Listening;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Tests.Listening;

public sealed class ReservedRangeCheckTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_RangesOverlap_WarnsAndNamesTheSetting(bool isOptionKnown)
    {
        var log = new ListLogger();
        ReservedRangeCheck.Run((35000, 40000), (32768, 60999), "", _ => isOptionKnown, log).Value.ShouldNotBe(0);
        var (level, text) = log.Entries.ShouldHaveSingleItem();
        level.ShouldBe(LogLevel.Warning);
        text.ShouldContain("net.ipv4.ip_local_reserved_ports=35000-40000");
        text.Contains("other processes", StringComparison.Ordinal).ShouldBe(isOptionKnown);
    }

    [Fact]
    public void Run_ReservedBySystemOrOutside_IsSilent()
    {
        var log = new ListLogger();
        ReservedRangeCheck.Run((35000, 40000), (32768, 60999), "35000-40000", _ => true, log);
        ReservedRangeCheck.Run((20000, 30000), (32768, 60999), "", _ => true, log);
        ReservedRangeCheck.Run(null, (32768, 60999), "", _ => true, log);
        log.Entries.ShouldBeEmpty();
    }

    private sealed class ListLogger : ILogger
    {
        public List<(LogLevel Level, string Text)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, formatter(state, exception)));
    }
}
