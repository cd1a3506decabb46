using Microsoft.Extensions.Options;

namespace Harbor.Hosting;

/// <summary>Turns whatever ended the start into an exit code and lines that name the cause. The only place that writes to stderr.</summary>
internal static class StartFailure
{
    public static T Guard<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception exception)
        {
            throw From(exception);
        }
    }

    public static HarborStartException From(Exception exception) => exception switch
    {
        HarborStartException start => start,
        OptionsValidationException options => new HarborStartException(ExitCodes.Configuration, [.. options.Failures], options),
        _ => new HarborStartException(ExitCodes.Failure, [Describe(exception)], exception),
    };

    public static async Task WriteAsync(HarborStartException failure)
    {
        var what = failure.ExitCode switch
        {
            ExitCodes.Configuration => "Harbor cannot start: the configuration is wrong.",
            ExitCodes.DependencyUnavailable => "Harbor cannot start: a service that it needs does not answer.",
            _ => "Harbor cannot start.",
        };
#pragma warning disable RS0030 // There may be no logger yet, and an operator must see why the process ended.
        await Console.Error.WriteLineAsync(what);
        foreach (var problem in failure.Problems)
        {
            await Console.Error.WriteLineAsync($"  {problem}");
        }

        if (failure.ExitCode == ExitCodes.Failure && failure.InnerException is not null)
        {
            await Console.Error.WriteLineAsync(failure.InnerException.ToString());
        }
#pragma warning restore RS0030
    }

    private static string Describe(Exception exception) => exception.InnerException is null
        ? exception.Message
        : $"{exception.Message} ({exception.InnerException.Message})";
}
