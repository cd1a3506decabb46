using System.Text.Json;

namespace Harbor.Gateway.Broker.Parameters;

/// <summary>Numbers by value: <c>60</c>, <c>60.0</c> and <c>6e1</c> are the same.</summary>
internal static class JsonNumbers
{
    public static bool TryGetInteger(JsonElement value, out int number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var wide) || wide != decimal.Truncate(wide) || wide is < int.MinValue or > int.MaxValue)
        {
            return false;
        }

        number = (int)wide;
        return true;
    }
}
