using System.Net;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy;

/// <summary>What the attributes of <see cref="ProxyOptions"/> cannot say.</summary>
internal sealed class ProxyOptionsValidator : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        List<string> problems = [];
        if (!IPAddress.TryParse(options.ListenAddress, out _))
        {
            problems.Add($"{ProxyOptions.Section}:ListenAddress = '{options.ListenAddress}': must be an IP address of this machine, such as ::, 0.0.0.0 or 10.0.0.9.");
        }

        if (options.Pool.Contains('/'))
        {
            problems.Add($"{ProxyOptions.Section}:Pool = '{options.Pool}': a pool's name has no slash.");
        }

        if (options.LeaseRenewal * 2 > options.LeaseDuration)
        {
            problems.Add($"{ProxyOptions.Section}:LeaseRenewal = '{options.LeaseRenewal}': must be at most half of LeaseDuration ('{options.LeaseDuration}').");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
