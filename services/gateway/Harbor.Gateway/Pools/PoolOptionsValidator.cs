using Harbor.State.Pools;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Pools;

internal sealed class PoolOptionsValidator : IValidateOptions<PoolOptions>
{
    public ValidateOptionsResult Validate(string? name, PoolOptions options)
    {
        List<string> problems = [];
        foreach (var (pool, settings) in options)
        {
            if (!PortRange.TryParse(settings.PortRange, out _))
            {
                problems.Add($"{PoolOptions.Section}:{pool}:PortRange is '{settings.PortRange}'; it must be FIRST-LAST, 1 to 65535, such as 35000-40000.");
            }

            if (settings.Quarantine < TimeSpan.Zero || settings.Quarantine > PoolDocument.LongestQuarantine)
            {
                problems.Add($"{PoolOptions.Section}:{pool}:Quarantine is {settings.Quarantine}; it must be 00:00:00 to {PoolDocument.LongestQuarantine:c}.");
            }

            if (pool.Contains('/', StringComparison.Ordinal) || pool.Length > 64)
            {
                problems.Add($"{PoolOptions.Section}:{pool}: a pool's name must not hold a slash, and have at most 64 characters.");
            }
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
