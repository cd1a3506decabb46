using System.Buffers;
using NATS.Client.Core;

namespace Harbor.Node.Dea;

/// <summary>
/// A subscription whose messages are handled on the connection's reading loop, in the order in which they came, also across subjects: an exit and the
/// heartbeat after it must not overtake each other. The handler must be quick, and must not throw.
/// </summary>
internal sealed class DeaSubscription(INatsConnection connection, string natsSubject, DeaMessageHandler handler)
    : NatsSubBase(connection, connection.SubscriptionManager, natsSubject, queueGroup: null, opts: null)
{
    protected override ValueTask ReceiveInternalAsync(
        string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
    {
        handler(replyTo, payloadBuffer);
        return ValueTask.CompletedTask;
    }

    protected override void TryComplete()
    {
    }
}
