using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace Harbor.State.Configuration;

/// <summary>Each problem names the key, its value (never a password) and what is allowed.</summary>
internal sealed class StateOptionsValidator : IValidateOptions<StateOptions>
{
    public ValidateOptionsResult Validate(string? name, StateOptions options)
    {
        // Enum.TryParse takes numbers too, which say nothing to a reader of the configuration.
        if (!Enum.GetNames<StateProvider>().Contains(options.Provider, StringComparer.OrdinalIgnoreCase))
        {
            return ValidateOptionsResult.Fail($"{StateOptions.Section}:Provider is '{options.Provider}'; it must be {string.Join(" or ", Enum.GetNames<StateProvider>())}.");
        }

        var problem = options.Home == StateProvider.Mongo ? Check(options.Mongo) : Check(options.Sqlite);
        return problem is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problem);
    }

    private static string? Check(MongoOptions options)
    {
        const string key = $"{StateOptions.Section}:Mongo:ConnectionString";
        if (options.ConnectionString.Length == 0)
        {
            return $"{key} is missing; it must be mongodb://host:port/database, or {StateOptions.Section}:Provider must be {StateProvider.Sqlite}.";
        }

        try
        {
            _ = new MongoUrl(options.ConnectionString);
            return null;
        }
        catch (Exception exception) when (exception is MongoException or ArgumentException or FormatException)
        {
            // The driver's message may repeat the password.
            return $"{key} is not a MongoDB connection string; it must be mongodb://host:port/database or mongodb+srv://host/database.";
        }
    }

    private static string? Check(SqliteOptions options)
    {
        const string key = $"{StateOptions.Section}:Sqlite:Path";
        if (options.Path.Contains('\0', StringComparison.Ordinal) || options.Path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || options.Path == ":memory:")
        {
            return $"{key} is '{options.Path}'; it must be the path of a file.";
        }

        return Directory.Exists(options.Path) ? $"{key} is '{options.Path}', a directory; it must be the path of a file." : null;
    }
}
