using System.Net;
using Microsoft.Extensions.Options;

namespace Harbor.Node;

internal sealed class NodeOptionsValidator : IValidateOptions<NodeOptions>
{
    public ValidateOptionsResult Validate(string? name, NodeOptions options)
    {
        var wrong = options.BackendNetworks.Where(network => !IPNetwork.TryParse(network, out _)).ToList();
        return wrong.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(network => $"{NodeOptions.Section}:BackendNetworks: '{network}' is no network in CIDR form, such as 10.0.0.0/8."));
    }
}
