using Harbor.State.Sqlite;
using Harbor.State.Tests.Documents;
using Harbor.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.State.Tests.Sqlite;

/// <summary>
/// Another process that writes to a state file until it is killed: this test program, told to run the one explicit test below. It notes each
/// write that was acknowledged, in a file beside the state file.
/// </summary>
public sealed class SqliteWriterProcess
{
    public const string Prefix = "child/";

    private const string FileVariable = "HARBOR_TEST_STATE_FILE";

    public static Task<ChildProcess> StartAsync(string path) => ChildProcess.StartAsync(
        Environment.ProcessPath!,
        [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(SqliteWriterProcess).Assembly.Location] : Array.Empty<string>(),
            "--explicit", "only", "--filter-method", $"*{nameof(Write_UntilKilled)}"],
        new Dictionary<string, string> { [FileVariable] = path });

    /// <summary>The ids of the writes acknowledged so far; a line that is not whole was not noted.</summary>
    public static IReadOnlyList<string> Acknowledged(string path)
    {
        if (!File.Exists(NotesOf(path)))
        {
            return [];
        }

        using var notes = new StreamReader(new FileStream(NotesOf(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = notes.ReadToEnd().Split('\n');
        return lines[..^1];
    }

    [Fact(Explicit = true)]
    public async Task Write_UntilKilled()
    {
        var path = Environment.GetEnvironmentVariable(FileVariable);
        Assert.SkipWhen(path is null, $"{FileVariable} names no state file: this is run by other tests.");
        using var store = new SqliteDocumentStore(path!, NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System);
        var boats = store.Open(BoatDocument.Type);
        await using var notes = new FileStream(NotesOf(path!), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var gate = new Lock();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; ; i++)
            {
                var id = $"{Prefix}{writer}/{i}";
                (await boats.InsertAsync(new() { Id = id, Owner = "child" }, TestContext.Current.CancellationToken)).Written.ShouldBeTrue();
                lock (gate)
                {
                    notes.Write(System.Text.Encoding.UTF8.GetBytes(id + "\n"));
                }
            }
        }));
    }

    private static string NotesOf(string path) => path + ".acknowledged";
}
