namespace Harbor.Hosting.Tests.Tree;

/// <summary>The hand-written C# of the repository.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Files { get; } = [.. new[] { "services", "shared", "integration-tests" }
        .Select(folder => Path.Combine(Root, folder))
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))];

    public static bool IsTest(string file) => file.Contains("Tests/", StringComparison.Ordinal) || file.Contains("/Harbor.Testing/", StringComparison.Ordinal);

    public static string Relative(string file) => Path.GetRelativePath(Root, file);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Harbor.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("No Harbor.sln above the test program: the tree can only be checked inside the repository.");
    }
}
