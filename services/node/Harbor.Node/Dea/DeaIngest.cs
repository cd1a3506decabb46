using System.Buffers;
using Harbor.Contracts.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary>From a message to the route table. Whatever a message is, it is counted, and the next one is read.</summary>
internal sealed partial class DeaIngest(RouteService routes, NodeMetrics metrics, TimeProvider time, ILogger<DeaIngest> logger)
{
    private readonly LogThrottle<(string Subject, DeaMessageOutcome Outcome)> _throttle = new(time);

    public DeaMessageOutcome Take(string subject, in ReadOnlySequence<byte> payload)
    {
        UInt128? fingerprint = subject == DeaSubjects.Heartbeat && payload.Length <= DeaMessages.MaxBytes ? HeartbeatFingerprint.Of(payload) : null;
        if (fingerprint is { } known && routes.TryRepeat(known))
        {
            metrics.Event(subject, DeaMessageOutcome.Applied);
            return DeaMessageOutcome.Applied;
        }

        var outcome = DeaMessages.TryRead(subject, payload, out var occurrence);
        if (outcome is DeaMessageOutcome.Applied)
        {
            try
            {
                routes.Apply(occurrence is HeartbeatReceived heartbeat ? heartbeat with { Fingerprint = fingerprint } : occurrence!);
            }
            catch (Exception exception)
            {
                outcome = DeaMessageOutcome.Failed;
                if (_throttle.TryPass((subject, outcome), out var failed))
                {
                    Log.Failed(logger, subject, failed, exception);
                }
            }
        }
        else if (logger.IsEnabled(LogLevel.Debug) && _throttle.TryPass((subject, outcome), out var ignored))
        {
            Log.Ignored(logger, subject, payload.Length, outcome, ignored);
        }

        metrics.Event(subject, outcome);
        return outcome;
    }

    private static partial class Log
    {
        [LoggerMessage(2200, LogLevel.Debug, "A message on {Subject} of {Bytes} bytes is ignored: {Outcome}; {HeldBack} like it were not logged")]
        public static partial void Ignored(ILogger logger, string subject, long bytes, DeaMessageOutcome outcome, long heldBack);

        [LoggerMessage(2201, LogLevel.Error, "A message on {Subject} could not be applied; {HeldBack} like it were not logged")]
        public static partial void Failed(ILogger logger, string subject, long heldBack, Exception exception);
    }
}
