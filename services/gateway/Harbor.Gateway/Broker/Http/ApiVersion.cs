using System.Globalization;
using System.Text.RegularExpressions;

namespace Harbor.Gateway.Broker.Http;

/// <summary>The version header: any 2.N is served, since minor versions only add.</summary>
internal static partial class ApiVersion
{
    public const string Header = "X-Broker-API-Version";

    /// <summary>The refusal; null where the version can be served.</summary>
    public static BrokerAnswer? RefusalOf(string? header, int missingStatus)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return BrokerAnswer.Error(missingStatus, $"The header {Header} is missing: send 2.17.");
        }

        if (Pattern().Match(header.Trim()) is not { Success: true } match)
        {
            return BrokerAnswer.BadRequest($"The header {Header} must be of the form MAJOR.MINOR, such as 2.17.");
        }

        return int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major == 2
            ? null
            : BrokerAnswer.Error(StatusCodes.Status412PreconditionFailed, $"This broker serves version 2 of the API: send 2.17 in {Header}.");
    }

    [GeneratedRegex(@"^(\d{1,9})\.(\d{1,9})$")]
    private static partial Regex Pattern();
}
