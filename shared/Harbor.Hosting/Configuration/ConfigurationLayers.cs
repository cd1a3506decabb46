using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Harbor.Hosting.Configuration;

/// <summary>The layers of the configuration, lowest first: built-in and process defaults, files, environment, command line.</summary>
internal static class ConfigurationLayers
{
    private const string SystemFile = "/etc/harbor/harbor.json";
    private const string LocalFile = "harbor.json";
    private const string FileArgument = "--config";

    public static void AddHarbor(this IConfigurationBuilder configuration, string[] args, HarborProcessOptions options)
    {
        try
        {
            configuration.AddLayers(args, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            // A file that is missing or no JSON, an argument that is none. The inner message says where in the file.
            var reason = exception.InnerException is null ? exception.Message : $"{exception.Message} {exception.InnerException.Message}";
            throw new HarborStartException(ExitCodes.Configuration, [reason], exception);
        }
    }

    private static void AddLayers(this IConfigurationBuilder configuration, string[] args, HarborProcessOptions options)
    {
        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Harbor:DataDirectory"] = DataDirectory.Default() });
        configuration.AddInMemoryCollection(options.Defaults);
        if (options.ReadSurroundings)
        {
            configuration.AddJsonFile(SystemFile, optional: true, reloadOnChange: false);
            configuration.AddJsonFile(Path.GetFullPath(LocalFile), optional: true, reloadOnChange: false);
        }

        var (files, settings) = Split(args);
        foreach (var file in files)
        {
            configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        }

        if (options.ReadSurroundings)
        {
            configuration.AddEnvironmentVariables();
        }

        configuration.AddCommandLine(settings);
        if (options.Fallbacks is not null)
        {
            configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = options.Fallbacks(configuration.Build()) });
        }
    }

    private static (List<string> Files, string[] Settings) Split(string[] args)
    {
        List<string> files = [];
        List<string> settings = [];
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith(FileArgument + "=", StringComparison.Ordinal))
            {
                files.Add(args[i][(FileArgument.Length + 1)..]);
            }
            else if (args[i] == FileArgument && i + 1 < args.Length)
            {
                files.Add(args[++i]);
            }
            else
            {
                settings.Add(args[i]);
            }
        }

        return (files, [.. settings]);
    }
}
