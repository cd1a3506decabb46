using System.Reflection;
using System.Runtime.CompilerServices;
using Harbor.Contracts.Ports;

namespace Harbor.Contracts.Tests;

/// <summary>What travels between processes of different age changes only on purpose: approved.txt shows it in the diff.</summary>
public sealed class ContractsTests
{
    private static readonly Assembly _contracts = typeof(PortProtocol).Assembly;

    [Fact]
    public void Contracts_Listed_AreTheApprovedOnes()
    {
        var actual = string.Join('\n', _contracts.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).Select(ContractText.Of)) + "\n";
        var approved = Path.Combine(Folder(), "approved.txt");
        var received = Path.Combine(AppContext.BaseDirectory, "received.txt");
        File.WriteAllText(received, actual);

        actual.ShouldBe(File.ReadAllText(approved), $"The contracts changed. If that is meant and older processes can live with it: cp {received} {approved}");
    }

    [Fact]
    public void Contracts_Types_AreSealedRecordsOrEnumsWithoutBehaviour()
    {
        var wrong = _contracts.GetExportedTypes()
            .Where(type => !type.IsEnum && !(type.IsAbstract && type.IsSealed))
            .Where(type => !type.IsSealed || type.BaseType != typeof(object) || type.GetMethod("<Clone>$") is null)
            .Select(type => type.FullName);

        wrong.ShouldBeEmpty();
    }

    private static string Folder([CallerFilePath] string file = "") =>
        Path.GetDirectoryName(file) is { } written && Directory.Exists(written) ? written : AppContext.BaseDirectory;
}
