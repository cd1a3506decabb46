namespace Harbor.Hosting;

/// <summary>The process cannot start. Carries the exit code and every problem found, each a line for the operator.</summary>
public sealed class HarborStartException : Exception
{
    public HarborStartException(int exitCode, IReadOnlyList<string> problems, Exception? innerException = null)
        : base(string.Join(Environment.NewLine, problems), innerException)
    {
        ExitCode = exitCode;
        Problems = problems;
    }

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; }

    public IReadOnlyList<string> Problems { get; }
}
