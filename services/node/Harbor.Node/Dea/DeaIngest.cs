using System.Buffers;
using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary>From a message to the route table. Whatever a message is, it is counted, and the next one is read.</summary>
internal sealed partial class DeaIngest(RouteService routes, NodeMetrics metrics, ILogger<DeaIngest> logger)
{
    public DeaMessageOutcome Take(string subject, in ReadOnlySequence<byte> payload)
    {
        var outcome = DeaMessages.TryRead(subject, payload, out var occurrence);
        if (outcome is DeaMessageOutcome.Applied)
        {
            try
            {
                routes.Apply(occurrence!);
            }
            catch (Exception exception)
            {
                outcome = DeaMessageOutcome.Failed;
                Log.Failed(logger, subject, exception);
            }
        }
        else
        {
            Log.Ignored(logger, subject, payload.Length, outcome);
        }

        metrics.Event(subject, outcome);
        return outcome;
    }

    private static partial class Log
    {
        [LoggerMessage(2200, LogLevel.Debug, "A message on {Subject} of {Bytes} bytes is ignored: {Outcome}")]
        public static partial void Ignored(ILogger logger, string subject, long bytes, DeaMessageOutcome outcome);

        [LoggerMessage(2201, LogLevel.Error, "A message on {Subject} could not be applied")]
        public static partial void Failed(ILogger logger, string subject, Exception exception);
    }
}
