namespace Harbor.Gateway.Broker.Http;

/// <summary>Ids that come from the platform: any text, within bounds.</summary>
internal static class BrokerIds
{
    public const int Longest = 255;

    /// <summary>The fault in words; null where the id can be used.</summary>
    public static string? FaultOf(string name, string? id) => id switch
    {
        null or "" => $"{name} must not be empty.",
        { Length: > Longest } => $"{name} must not have more than {Longest} characters.",
        _ when id.Any(char.IsControl) => $"{name} must not hold control characters.",
        _ when !IsUnicode(id) => $"{name} is not Unicode.",
        _ => null,
    };

    private static bool IsUnicode(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsSurrogate(text[index]))
            {
                if (index + 1 == text.Length || !char.IsSurrogatePair(text[index], text[index + 1]))
                {
                    return false;
                }

                index++;
            }
        }

        return true;
    }
}
