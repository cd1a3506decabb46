using Xunit;

namespace Harbor.Testing.Servers;

/// <summary>
/// A real server for integration tests, used as a class or assembly fixture: an address from the environment, else a container where a Docker
/// engine answers, else the server's own program as a child process. None of them: a test that asks for its address is skipped, saying what
/// is missing; with <c>CI=true</c> it fails.
/// </summary>
public abstract class TestServer : IAsyncLifetime
{
    private string? _missing;
    private string? _address;

    /// <summary>The server's address. Skips the calling test where there is no server.</summary>
    public string Address
    {
        get
        {
            if (_missing is not null)
            {
                ServerMissing.SkipOrFail(_missing);
            }

            return _address ?? throw new InvalidOperationException("Call InitializeAsync first, or use this as a fixture.");
        }
    }

    /// <summary>What the server wrote, for the log of a failing test; empty where it is not ours.</summary>
    public virtual string Output => string.Empty;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _address = await StartAsync(TestContext.Current.CancellationToken);
        }
        catch (ServerMissingException exception)
        {
            // Kept for the tests: a fixture that skips or fails would not say so test by test.
            _missing = exception.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed && Output.Length > 0)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Output);
        }

        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the address of a server that answers; throws <see cref="ServerMissingException"/> where there is no way to have one.</summary>
    protected abstract Task<string> StartAsync(CancellationToken cancellationToken);

    protected abstract Task StopAsync();
}
