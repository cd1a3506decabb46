using System.Globalization;
using System.Text.RegularExpressions;

namespace Harbor.Gateway.Broker.Http;

/// <summary>The version header: any 2.N is served, since minor versions only add, unless the operator refuses low ones.</summary>
internal static partial class ApiVersion
{
    public const string Header = "X-Broker-API-Version";

    /// <summary>The refusal; null where the version can be served.</summary>
    public static BrokerAnswer? RefusalOf(string? header, BrokerOptions options)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return BrokerAnswer.Error(options.MissingVersionStatus, $"The header {Header} is missing: send 2.17.");
        }

        if (Pattern().Match(header.Trim()) is not { Success: true } match)
        {
            return BrokerAnswer.BadRequest($"The header {Header} must be of the form MAJOR.MINOR, such as 2.17.");
        }

        // The pattern lets through only what an int can hold.
        var (major, minor) = (int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture));
        return major != 2 ? Refused("This broker serves version 2 of the API")
            : minor < options.LowestMinorVersion ? Refused($"This broker needs version 2.{options.LowestMinorVersion} of the API, or a later one")
            : null;
    }

    private static BrokerAnswer Refused(string why) => BrokerAnswer.Error(StatusCodes.Status412PreconditionFailed, $"{why}: send 2.17 in {Header}.");

    // Not \d, which takes the digits of every script.
    [GeneratedRegex(@"\A([0-9]{1,9})\.([0-9]{1,9})\z")]
    private static partial Regex Pattern();
}
