using System.Buffers;
using System.Text.Json;
using Harbor.Contracts.Dea;

namespace Harbor.Node.Dea;

/// <summary>
/// Reads what DEAs of every age say. Lenient as the platform's own readers are: ids may be numbers, numbers strings, fields missing, null, unknown or of another type.
/// Never throws: a message that cannot be used is an outcome.
/// </summary>
internal static class DeaMessages
{
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Deeper than any message of any era, and no depth to exhaust a stack with.</summary>
    private const int MaxDepth = 32;

    public static DeaMessageOutcome TryRead(string subject, in ReadOnlySequence<byte> payload, out DeaEvent? occurrence)
    {
        occurrence = null;
        if (payload.Length > MaxBytes)
        {
            return DeaMessageOutcome.TooLarge;
        }

        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (payload.IsEmpty)
            {
                return DeaMessageOutcome.Empty;
            }

            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return DeaMessageOutcome.Malformed;
            }

            occurrence = Read(subject, ref reader);
            if (occurrence is null)
            {
                return DeaMessageOutcome.Unusable;
            }

            // What follows the object must be nothing: half of a broken message is not acted on.
            return reader.Read() ? DeaMessageOutcome.Malformed : DeaMessageOutcome.Applied;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a string that is not UTF-8.
            occurrence = null;
            return DeaMessageOutcome.Malformed;
        }
    }

    private static DeaEvent? Read(string subject, ref Utf8JsonReader reader) => subject switch
    {
        DeaSubjects.Heartbeat => HeartbeatReader.Read(ref reader),
        DeaSubjects.DropletExited => FlatMessage.Read(ref reader).ToExit(),
        DeaSubjects.Shutdown => FlatMessage.Read(ref reader).ToShutdown(),
        DeaSubjects.Start => FlatMessage.Read(ref reader).ToStart(),
        DeaSubjects.HarborRegister => FlatMessage.Read(ref reader).ToRegistration(),
        DeaSubjects.HarborUnregister => FlatMessage.Read(ref reader).ToUnregistration(),
        DeaSubjects.RouterRegister => FlatMessage.Read(ref reader).ToMainRegistration(),
        DeaSubjects.RouterUnregister => FlatMessage.Read(ref reader).ToMainUnregistration(),
        DeaSubjects.FindDroplet => FlatMessage.Read(ref reader).ToFound(),
        _ => null,
    };
}
