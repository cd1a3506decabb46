namespace Harbor.Node.Tests.Routes;

/// <summary>
/// One folder for each rule and trap of the DEAs' messages: what was heard, and what became of the routes. <c>HARBOR_GOLDEN_WRITE</c>, set to the source
/// folder, writes the second anew; read the difference before it is committed.
/// </summary>
public sealed class GoldenTests
{
    private static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Routes", "Golden");

    public static TheoryData<string> Folders => [.. Directory.GetDirectories(Root).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Routes_AfterTheFoldersEvents_AreAsWrittenDown(string folder)
    {
        var told = Scenario.Play(File.ReadAllText(Path.Combine(Root, folder, "events.txt")));
        if (Environment.GetEnvironmentVariable("HARBOR_GOLDEN_WRITE") is { Length: > 0 } source)
        {
            File.WriteAllText(Path.Combine(source, folder, "routes.txt"), told);
        }

        told.ShouldBe(File.ReadAllText(Path.Combine(HarborGoldenSource() ?? Root, folder, "routes.txt")));
    }

    [Fact]
    public void Folders_OfRulesAndTraps_AreAtLeastSixty() => Folders.Count.ShouldBeGreaterThanOrEqualTo(60);

    private static string? HarborGoldenSource() => Environment.GetEnvironmentVariable("HARBOR_GOLDEN_WRITE") is { Length: > 0 } source ? source : null;
}
