using System.CommandLine;
using Harbor.LoadTests.Commands;

namespace Harbor.IntegrationTests.Load;

/// <summary>What <c>infra/load</c> takes and refuses where nodes are counted.</summary>
public sealed class LoadCommandTests
{
    [Theory]
    [InlineData("relayed")]
    [InlineData("relayed --mongo")]
    [InlineData("relayed --mongo --nodes 2")]
    [InlineData("relayed --nodes 2 --mongo --changes 400")]
    [InlineData("ingest")]
    [InlineData("ingest --nodes 2 --quota 10")]
    public void Options_ThatGoTogether_AreTaken(string line) => Errors(line).ShouldBeEmpty();

    [Theory]
    [InlineData("relayed --nodes 2", "--nodes goes with --mongo: standalone has one node.")]
    [InlineData("relayed --mongo --nodes 0", "--nodes must be at least 1.")]
    [InlineData("ingest --nodes 0", "--nodes must be at least 1.")]
    [InlineData("ingest --quota 101", "--quota must be 0 to 100.")]
    public void Options_ThatDoNot_AreRefused(string line, string error) => Errors(line).ShouldHaveSingleItem().ShouldBe(error);

    private static IEnumerable<string> Errors(string line)
        => new RootCommand { new RelayedCommand(), new IngestCommand() }.Parse(line).Errors.Select(error => error.Message);
}
