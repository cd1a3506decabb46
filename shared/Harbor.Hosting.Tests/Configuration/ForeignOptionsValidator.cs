using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Tests.Configuration;

internal sealed class ForeignOptionsValidator : IValidateOptions<ForeignOptions>
{
    public ValidateOptionsResult Validate(string? name, ForeignOptions options) =>
        options.Name == "bad" ? ValidateOptionsResult.Fail("Harbor:Foreign:Name = 'bad': must not be bad.") : ValidateOptionsResult.Success;
}
