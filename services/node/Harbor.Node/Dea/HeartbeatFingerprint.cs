using System.Buffers;
using System.IO.Hashing;

namespace Harbor.Node.Dea;

/// <summary>
/// A heartbeat's bytes in 16 of them: nearly every heartbeat is to the byte the one before, and to see that costs a hundredth of reading it. Seeded by the
/// process, so that nobody can prepare two messages with one fingerprint; who could, gains nothing that a false heartbeat would not give him.
/// </summary>
internal static class HeartbeatFingerprint
{
    private static readonly long _seed = Random.Shared.NextInt64();

    public static UInt128 Of(in ReadOnlySequence<byte> payload)
    {
        if (payload.IsSingleSegment)
        {
            return XxHash128.HashToUInt128(payload.FirstSpan, _seed);
        }

        var hash = new XxHash128(_seed);
        foreach (var segment in payload)
        {
            hash.Append(segment.Span);
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
