using System.Text.Json;

namespace Harbor.Gateway.Broker.Http;

/// <summary>Reads a request's body as a JSON object, or says in words why it is none. Never throws at what a client sends.</summary>
internal static class JsonBody
{
    /// <summary>1 MiB: parameters and contexts are a few kilobytes.</summary>
    public const int Limit = 1024 * 1024;

    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    public static async Task<(JsonElement Body, BrokerAnswer? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request.ContentType))
        {
            return (default, BrokerAnswer.BadRequest("The body must be application/json."));
        }

        if (request.ContentLength > Limit)
        {
            return (default, TooLarge());
        }

        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > Limit)
            {
                return (default, TooLarge());
            }

            await buffer.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
        }

        return Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    public static (JsonElement Body, BrokerAnswer? Refusal) Parse(ReadOnlyMemory<byte> bytes)
    {
        var content = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        try
        {
            var body = JsonElement.Parse(content.Span, _strict);
            if (body.ValueKind != JsonValueKind.Object)
            {
                return (default, BrokerAnswer.BadRequest("The body must be a JSON object."));
            }

            ReadEveryText(body);
            return (body, null);
        }
        catch (JsonException exception)
        {
            return (default, BrokerAnswer.BadRequest($"The body is not JSON that can be used: {exception.Message}"));
        }
        catch (InvalidOperationException)
        {
            // Only ReadEveryText throws it: a text with half a surrogate pair has no UTF-16 form.
            return (default, BrokerAnswer.BadRequest("The body holds a text that is not Unicode."));
        }
    }

    /// <summary>The parser leaves texts encoded, and fails where they are first used: so that this is here and nowhere later.</summary>
    private static void ReadEveryText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadEveryText(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadEveryText(property.Value);
                }

                break;
        }
    }

    private static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return true;
        }

        var media = contentType.Split(';')[0].Trim();
        return media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (media.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && media.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }

    private static BrokerAnswer TooLarge() => BrokerAnswer.Error(StatusCodes.Status413PayloadTooLarge, "The body must not be larger than 1 MiB.");
}
