using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Nats;

internal sealed class NatsOptionsValidator : IValidateOptions<NatsOptions>
{
    public ValidateOptionsResult Validate(string? name, NatsOptions options)
    {
        List<string> problems = [];
        foreach (var url in options.Url.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("nats" or "tls") || uri.Host.Length == 0)
            {
                problems.Add($"Harbor:Nats:Url = '{options.Shown}': '{url}' must be nats://host:port or tls://host:port.");
            }
        }

        (string Key, string? Value)[] refused =
        [
            ("NKey", options.NKey), ("NKeyFile", options.NKeyFile), ("Seed", options.Seed), ("Jwt", options.Jwt),
            ("CredsFile", options.CredsFile), ("CredentialsFile", options.CredentialsFile),
        ];
        problems.AddRange(refused.Where(one => one.Value is not null)
            .Select(one => $"Harbor:Nats:{one.Key}: NKey and credentials-file authentication is not supported; use User and Password, Token, or a TLS client certificate."));
        if (options.User is null != options.Password is null)
        {
            problems.Add($"Harbor:Nats:{(options.User is null ? "User" : "Password")}: must be set, because its other half is.");
        }

        if (options.Token is not null && options.User is not null)
        {
            problems.Add("Harbor:Nats:Token: must not be set together with Harbor:Nats:User.");
        }

        if (options.Tls.CertFile is null != options.Tls.KeyFile is null)
        {
            problems.Add($"Harbor:Nats:Tls:{(options.Tls.CertFile is null ? "CertFile" : "KeyFile")}: must be set, because its other half is.");
        }

        (string Key, string? Path)[] files = [("CaFile", options.Tls.CaFile), ("CertFile", options.Tls.CertFile), ("KeyFile", options.Tls.KeyFile)];
        problems.AddRange(files.Where(file => file.Path is not null && !File.Exists(file.Path)).Select(file => $"Harbor:Nats:Tls:{file.Key} = '{file.Path}': no such file."));
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
