using Harbor.LoadTests.Commands;

namespace Harbor.IntegrationTests.Load;

/// <summary>What <c>infra/load relayed</c> takes and refuses.</summary>
public sealed class RelayedCommandTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--mongo")]
    [InlineData("--mongo --nodes 2")]
    [InlineData("--nodes 2 --mongo --changes 400")]
    public void Options_ThatGoTogether_AreTaken(string line) => Errors(line).ShouldBeEmpty();

    [Theory]
    [InlineData("--nodes 2", "--nodes goes with --mongo: standalone has one node.")]
    [InlineData("--mongo --nodes 0", "--nodes must be at least 1.")]
    public void Options_ThatDoNot_AreRefused(string line, string error) => Errors(line).ShouldHaveSingleItem().ShouldBe(error);

    private static IEnumerable<string> Errors(string line) => new RelayedCommand().Parse(line).Errors.Select(error => error.Message);
}
