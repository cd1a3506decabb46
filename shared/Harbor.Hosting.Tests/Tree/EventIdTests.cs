using System.Text.RegularExpressions;

namespace Harbor.Hosting.Tests.Tree;

/// <summary>Style rule 16: an event's id finds it. All services share the process of standalone, so ids are unique over all of them.</summary>
public sealed partial class EventIdTests
{
    [Fact]
    public void EventIds_InTheWholeTree_AreUnique()
    {
        var events = SourceTree.Files.Where(file => !SourceTree.IsTest(file))
            .SelectMany(file => EventId().Matches(File.ReadAllText(file)).Select(match => (Id: match.Groups["id"].Value, File: SourceTree.Relative(file))))
            .ToList();

        events.Count.ShouldBeGreaterThan(5);
        events.GroupBy(one => one.Id)
            .Where(same => same.Count() > 1)
            .Select(same => $"{same.Key}: {string.Join(", ", same.Select(one => one.File))}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void Events_InTheWholeTree_HaveAnId() => SourceTree.Files.Where(file => !SourceTree.IsTest(file))
        .Where(file => Attribute().Count(File.ReadAllText(file)) != EventId().Count(File.ReadAllText(file)))
        .Select(SourceTree.Relative)
        .ShouldBeEmpty();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(?<id>\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\[LoggerMessage\b")]
    private static partial Regex Attribute();
}
