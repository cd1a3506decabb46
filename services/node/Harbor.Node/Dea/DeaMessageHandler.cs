using System.Buffers;

namespace Harbor.Node.Dea;

/// <summary>Takes a message; the payload is only there during the call.</summary>
internal delegate void DeaMessageHandler(string? replyTo, in ReadOnlySequence<byte> payload);
