using System.Buffers;
using System.Text;
using Harbor.Contracts.Dea;
using Harbor.Node.Dea;

namespace Harbor.Node.Tests.Dea;

public sealed class DeaMessagesTests
{
    private static readonly string[] _subjects =
    [
        DeaSubjects.Heartbeat, DeaSubjects.DropletExited, DeaSubjects.Shutdown, DeaSubjects.Start, DeaSubjects.RouterRegister,
        DeaSubjects.RouterUnregister, DeaSubjects.HarborRegister, DeaSubjects.HarborUnregister, DeaSubjects.FindDroplet,
    ];

    private const string Sample = """{"dea":"d1","ip":"10.0.0.1","id":"d1","app":"a","droplet":"a","instance":"i","host":"10.0.0.1","port":1,"reason":"STOPPED","ports":[{"container_port":4100,"host_port":61044}],"droplets":[{"droplet":"a","instance":"i","index":0,"state":"RUNNING","state_timestamp":1.5,"ports":[{"container_port":4100,"host_port":61044}]}],"stats":{"host":"10.0.0.1","port":7}}""";

    [Fact]
    public void Read_OfWhatEverySubjectNeeds_IsApplied()
        => _subjects.ShouldAllBe(subject => Read(subject, Encoding.UTF8.GetBytes(Sample)) == DeaMessageOutcome.Applied);

    /// <summary>Cut anywhere, with any byte anywhere else: an outcome, never an exception.</summary>
    [Fact]
    public void Read_OfABrokenMessage_NeverThrows()
    {
        var random = new Random(4711);
        var sample = Encoding.UTF8.GetBytes(Sample);
        for (var round = 0; round < 20_000; round++)
        {
            var broken = sample[..random.Next(sample.Length + 1)];
            for (var change = random.Next(4); change > 0 && broken.Length > 0; change--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            Read(_subjects[random.Next(_subjects.Length)], broken).ShouldNotBe(DeaMessageOutcome.Failed);
        }
    }

    [Fact]
    public void Read_OfStringsThatAreNotUtf8_IsMalformedOrUnusable()
    {
        byte[] message = [.. "{\"dea\":\""u8, 0xC3, 0x28, .. "\",\"droplets\":[]}"u8];

        Read(DeaSubjects.Heartbeat, message).ShouldBe(DeaMessageOutcome.Malformed);
    }

    [Fact]
    public void Read_OfMoreThanAMebibyte_IsTooLarge()
        => Read(DeaSubjects.Heartbeat, new byte[DeaMessages.MaxBytes + 1]).ShouldBe(DeaMessageOutcome.TooLarge);

    [Fact]
    public void Read_OfAPayloadInPieces_IsTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(Sample);
        var first = new Piece(bytes.AsMemory(0, 1));
        var last = first;
        for (var place = 1; place < bytes.Length; place++)
        {
            last = last.Append(bytes.AsMemory(place, 1));
        }

        var payload = new ReadOnlySequence<byte>(first, 0, last, 1);
        DeaMessages.TryRead(DeaSubjects.Heartbeat, payload, out var read).ShouldBe(DeaMessageOutcome.Applied);

        DeaMessages.TryRead(DeaSubjects.Heartbeat, new(bytes), out var whole);
        var (pieces, one) = (read.ShouldBeOfType<HeartbeatReceived>(), whole.ShouldBeOfType<HeartbeatReceived>());
        pieces.Dea.ShouldBe(one.Dea);
        pieces.Droplets[0].Host.ShouldBe(one.Droplets[0].Host);
        pieces.Droplets[0].Ports.ShouldBe(one.Droplets[0].Ports!);
    }

    [Fact]
    public void Read_OfTenThousandDroplets_TakesThemAll()
    {
        var droplets = string.Join(',', Enumerable.Range(0, 10_000).Select(number => $$"""{"droplet":"a{{number}}","instance":"i{{number}}","state":"RUNNING"}"""));

        DeaMessages.TryRead(DeaSubjects.Heartbeat, new(Encoding.UTF8.GetBytes($$"""{"dea":"d","droplets":[{{droplets}}]}""")), out var read);

        read.ShouldBeOfType<HeartbeatReceived>().Droplets.Count.ShouldBe(10_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    public void Read_OfIdsWithoutUsableLength_IsUnusable(string fill)
    {
        var id = fill.Length == 0 ? "" : new string('x', 257);

        Read(DeaSubjects.DropletExited, Encoding.UTF8.GetBytes($$"""{"droplet":"{{id}}","instance":"i"}""")).ShouldBe(DeaMessageOutcome.Unusable);
    }

    private static DeaMessageOutcome Read(string subject, byte[] message) => DeaMessages.TryRead(subject, new(message), out _);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
