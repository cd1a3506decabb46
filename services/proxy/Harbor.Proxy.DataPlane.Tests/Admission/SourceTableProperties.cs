using FsCheck;
using FsCheck.Fluent;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Admission;

namespace Harbor.Proxy.DataPlane.Tests.Admission;

/// <summary>Any sequence of comings, goings and pauses is decided as by a slow and obvious model, which forgets nothing.</summary>
public sealed class SourceTableProperties
{
    private const int Sources = 3;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 7)]
    [InlineData(3, 20)]
    public void TryEnter_AnySequence_DecidesAsTheModel(int maxInside, int rate)
    {
        Check.QuickThrowOnFailure(Prop.ForAll<byte[]>(steps => Agrees(steps, maxInside, rate)));
    }

    private static bool Agrees(byte[] steps, int maxInside, int rate)
    {
        var table = new SourceTable();
        var models = Enumerable.Range(0, Sources).Select(_ => new Model(maxInside, rate)).ToList();
        var nowMs = 0L;
        foreach (var step in steps)
        {
            var model = models[step % Sources];
            var client = ClientAddress.FromIPv4((uint)(step % Sources));
            switch (step / Sources % 4)
            {
                case 0:
                    nowMs += step;
                    break;
                case 1 when model.Inside > 0:
                    table.Leave(client, nowMs);
                    model.Inside--;
                    break;
                default:
                    if (table.TryEnter(client, maxInside, rate, nowMs, out var refusal) != model.TryEnter(nowMs, out var expected) || refusal != expected)
                    {
                        return false;
                    }

                    break;
            }
        }

        // All leave, and after a second nothing is remembered.
        for (var source = 0; source < Sources; source++)
        {
            while (models[source].Inside-- > 0)
            {
                table.Leave(ClientAddress.FromIPv4((uint)source), nowMs);
            }
        }

        var last = ClientAddress.FromIPv4(99);
        table.TryEnter(last, 0, 0, nowMs + 1_001, out _);
        return table.Count == 1;
    }

    /// <summary>A bucket that holds one second's worth and is refilled at the rate.</summary>
    private sealed class Model(int maxInside, int rate)
    {
        private long _level = 1_000_000;
        private long _atMs;

        public int Inside { get; set; }

        public bool TryEnter(long nowMs, out RefusalReason refusal)
        {
            _level = Math.Min(1_000_000, _level + ((nowMs - _atMs) * 1000));
            _atMs = nowMs;
            refusal = default;
            if (maxInside > 0 && Inside >= maxInside)
            {
                refusal = RefusalReason.MaxConnectionsPerSource;
                return false;
            }

            if (rate > 0 && _level < MicrosPerToken(rate))
            {
                refusal = RefusalReason.RatePerSource;
                return false;
            }

            _level -= MicrosPerToken(rate);
            Inside++;
            return true;
        }

        private static long MicrosPerToken(int rate) => rate == 0 ? 0 : 1_000_000 / rate;
    }
}
