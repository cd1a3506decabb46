using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Logs;

internal sealed class LoggingOptionsValidator(IConfiguration configuration) : IValidateOptions<LoggingOptions>
{
    public ValidateOptionsResult Validate(string? name, LoggingOptions options)
    {
        List<string> problems = [];
        if (options.Seq.Url is { } url)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            {
                problems.Add($"Harbor:Logging:Seq:Url = '{url}': must be an http or https URL.");
            }

            CheckWritable("Harbor:DataDirectory", SeqBuffer.Root(configuration), problems);
        }

        if (options.Directory is { } directory)
        {
            CheckWritable("Harbor:Logging:Directory", directory, problems);
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void CheckWritable(string key, string directory, List<string> problems)
    {
        try
        {
            Directory.CreateDirectory(directory);
            using var probe = new FileStream(
                Path.Combine(directory, $".probe-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{key}: '{directory}' must be a directory that this process can write to: {exception.Message}");
        }
    }
}
