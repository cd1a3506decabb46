using System.Text.RegularExpressions;

namespace Harbor.Hosting.Tests.Tree;

/// <summary>Style rule 6: small files, one top-level type each.</summary>
public sealed partial class FileSizeTests
{
    private const int MedianLines = 60;
    private const int NearlyAllLines = 250;
    private const int MostLines = 500;
    private const int MostTestLines = 600;

    [Fact]
    public void Files_OfTheProduct_AreSmall()
    {
        var lines = SourceTree.Files.Where(file => !SourceTree.IsTest(file)).Select(file => File.ReadLines(file).Count()).Order().ToList();

        lines.Count.ShouldBeGreaterThan(50);
        lines[lines.Count / 2].ShouldBeLessThanOrEqualTo(MedianLines);
        lines[lines.Count * 95 / 100].ShouldBeLessThanOrEqualTo(NearlyAllLines);
    }

    [Fact]
    public void Files_WithoutException_StayBelowTheMost() => SourceTree.Files
        .Select(file => (Name: SourceTree.Relative(file), Lines: File.ReadLines(file).Count(), Most: SourceTree.IsTest(file) ? MostTestLines : MostLines))
        .Where(file => file.Lines > file.Most)
        .ShouldBeEmpty();

    [Fact]
    public void Files_WithoutException_HoldOneTopLevelType() => SourceTree.Files
        .Select(file => (Name: SourceTree.Relative(file), Types: TopLevelTypes(File.ReadAllText(file))))
        .Where(file => file.Types.Distinct().Count() > 1)
        .Select(file => $"{file.Name}: {string.Join(", ", file.Types)}")
        .ShouldBeEmpty();

    /// <summary>Namespaces are file-scoped and formatting is enforced, so a top-level type is one whose declaration is not indented.</summary>
    private static List<string> TopLevelTypes(string source) => [.. Declaration().Matches(source).Select(match => match.Groups["name"].Value)];

    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|unsafe|ref)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>\[\]?,. ]+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
