using MassTransit;

namespace Harbor.Node.Allocation;

/// <summary>How commands are answered: to the one who waits for it, or to all where the command was published without a wait.</summary>
internal static class AnswerExtensions
{
    public static Task AnswerAsync<T>(this ConsumeContext context, T answer)
        where T : class
        => context.ResponseAddress is null ? context.Publish(answer, context.CancellationToken) : context.RespondAsync(answer);
}
