using System.Net;
using System.Text.RegularExpressions;
using Harbor.Gateway.Broker;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Users;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway;

/// <summary>Finds everything that is wrong at once; each problem names its key and what is allowed, and never a password.</summary>
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    /// <summary>What platforms keep of a text of the catalog.</summary>
    private const int LongestText = 255;

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        List<string> problems = [.. OfUsers(options), .. OfPlans(PlanCatalog.PlansOf(options)), .. OfTimes(options.Broker)];
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> OfUsers(GatewayOptions options)
    {
        for (var index = 0; index < options.Users.Count; index++)
        {
            var (key, user) = ($"{GatewayOptions.Section}:Users:{index}", options.Users[index]);
            if (user.Name.Length == 0 || user.Name.Contains(':', StringComparison.Ordinal))
            {
                yield return $"{key}:Name is '{user.Name}'; it must not be empty and must not hold a colon.";
            }

            if (user.Password.Length == 0)
            {
                yield return $"{key}:Password is missing.";
            }

            if (GatewayRoles.Names(user.Roles).FirstOrDefault(role => !GatewayRoles.IsKnown(role)) is { } unknown)
            {
                yield return $"{key}:Roles holds '{unknown}'; it may hold broker, viewer and operator.";
            }

            if (user is { Name: "harbor", Password: "harbor" } && !IsLoopback(options.Url))
            {
                yield return $"{key} has the well-known password of the standalone default, and {GatewayOptions.Section}:Url is {options.Url}; it is allowed on loopback alone.";
            }
        }
    }

    private static IEnumerable<string> OfPlans(IReadOnlyList<PlanOptions> plans)
    {
        for (var index = 0; index < plans.Count; index++)
        {
            var (key, plan) = ($"{GatewayOptions.Section}:Plans ({plans[index].Name})", plans[index]);
            if (BrokerIds.FaultOf("Id", plan.Id) is { } fault)
            {
                yield return $"{key}: {fault}";
            }

            if (plan.Pool.Length == 0 || plan.Description.Length is 0 or > LongestText || plan.MaintenanceDescription?.Length is 0 or > LongestText)
            {
                yield return $"{key}: Pool, Description and MaintenanceDescription must not be empty, and the latter two not have more than {LongestText} characters.";
            }

            if (!FriendlyName().IsMatch(plan.Name))
            {
                yield return $"{key}:Name is '{plan.Name}'; it must be letters, digits, '.' and '-'.";
            }

            if (plan.Id == ServiceOffering.Id || plans.Take(index).Any(other => other.Id == plan.Id || other.Name == plan.Name))
            {
                yield return $"{key}: Id and Name must be unique, and Id not the offering's.";
            }

            if (plan.MaintenanceVersion is { } version ? version.Length > LongestText || !SemanticVersion().IsMatch(version) : !string.IsNullOrEmpty(plan.MaintenanceDescription))
            {
                yield return $"{key}:MaintenanceVersion is '{plan.MaintenanceVersion}'; it must be a semantic version, such as 1.0.0, also where there is only a MaintenanceDescription.";
            }

            if (plan.MaxConnections is < 0 or > 1_000_000 || plan.MaxConnectionsPerSource is < 0 or > 1_000_000)
            {
                yield return $"{key}: MaxConnections and MaxConnectionsPerSource must be 0 to 1000000.";
            }
        }
    }

    private static IEnumerable<string> OfTimes(BrokerOptions broker)
    {
        const string Key = $"{GatewayOptions.Section}:Broker";
        (string Name, TimeSpan Value)[] times =
        [
            (nameof(broker.OperationTimeout), broker.OperationTimeout), (nameof(broker.SynchronousTimeout), broker.SynchronousTimeout),
            (nameof(broker.Moment), broker.Moment), (nameof(broker.DependencyTimeout), broker.DependencyTimeout), (nameof(broker.FirstResend), broker.FirstResend),
            (nameof(broker.LongestResend), broker.LongestResend), (nameof(broker.CloseTimeout), broker.CloseTimeout), (nameof(broker.SweepInterval), broker.SweepInterval),
            (nameof(broker.OrphanInterval), broker.OrphanInterval), (nameof(broker.RememberEnds), broker.RememberEnds), (nameof(broker.ForgetAfter), broker.ForgetAfter),
        ];
        foreach (var (name, value) in times.Where(time => time.Value <= TimeSpan.Zero))
        {
            yield return $"{Key}:{name} is {value}; it must be above zero.";
        }

        if (broker.SynchronousTimeout + broker.DependencyTimeout >= TimeSpan.FromSeconds(60))
        {
            yield return $"{Key}:SynchronousTimeout is {broker.SynchronousTimeout}; it must be well below the 60 s for which platforms wait.";
        }

        if (broker.MaximumPollingDuration <= broker.OperationTimeout || broker.MaximumPollingDuration <= broker.SynchronousTimeout)
        {
            yield return $"{Key}:MaximumPollingDuration is {broker.MaximumPollingDuration}; it must be above OperationTimeout and SynchronousTimeout.";
        }

        if (broker.ForgetAfter < broker.RememberEnds)
        {
            yield return $"{Key}:ForgetAfter is {broker.ForgetAfter}; it must not be below RememberEnds.";
        }
    }

    private static bool IsLoopback(string urls)
        => urls.Split(';').All(url => Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            && (parsed.Host == "localhost" || (IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))));

    [GeneratedRegex(@"\A[A-Za-z0-9.\-]{1,255}\z")]
    private static partial Regex FriendlyName();

    /// <summary>The expression of semver.org: Cloud Controller refuses a whole catalog for one version that is none.</summary>
    [GeneratedRegex(
        @"\A(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)" +
        @"(?:-(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?\z")]
    private static partial Regex SemanticVersion();
}
