using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Bus;

internal sealed class BusOptionsValidator : IValidateOptions<BusOptions>
{
    private const string Key = "Harbor:Bus:RabbitMq:Uri";

    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        if (options.Transport != BusTransport.RabbitMq)
        {
            return ValidateOptionsResult.Success;
        }

        if (string.IsNullOrEmpty(options.RabbitMq.Uri))
        {
            return ValidateOptionsResult.Fail($"{Key}: must be set, because Harbor:Bus:Transport is RabbitMq: amqp://user:password@host:port/vhost.");
        }

        return Uri.TryCreate(options.RabbitMq.Uri, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.Host.Length > 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{Key} (its value is secret): must be amqp:// or amqps://user:password@host:port/vhost.");
    }
}
