using Harbor.Proxy.DataPlane.Metrics;

namespace Harbor.Proxy.DataPlane.Tests.Metrics;

public sealed class TransportMeterTests
{
    [Fact]
    public void Read_CellsOfSeveralLoops_AreSummed()
    {
        var meter = new TransportMeter();
        meter.HasCounted.ShouldBeFalse();
        meter.CellsOf(3).Accepted += 2;
        meter.CellsOf(0).Accepted += 5;
        meter.CellsOf(0).Ended(EndReason.Internal) += 1;
        meter.CellsOf(3).Ended(EndReason.ClientClosed) += 2;
        meter.CellsOf(1).Refused(RefusalReason.Shed) += 4;
        var counters = meter.Read();
        counters.Accepted.ShouldBe(7);
        counters.Active.ShouldBe(4);
        counters.Refused.ShouldHaveSingleItem().ShouldBe(new(RefusalReason.Shed, 4));
        counters.Ended[EndReason.Internal].ShouldBe(1);
    }

    [Fact]
    public void CellsOf_TheSameLoop_StaysTheSame()
    {
        var meter = new TransportMeter();
        var cells = meter.CellsOf(1);
        meter.CellsOf(4);
        meter.CellsOf(1).ShouldBeSameAs(cells);
    }

    [Fact]
    public async Task CellsOf_MadeByManyThreads_LosesNoCount()
    {
        var meter = new TransportMeter();
        await Parallel.ForAsync(0, 64, (loop, _) =>
        {
            meter.CellsOf(loop).BytesIn += loop;
            return ValueTask.CompletedTask;
        });
        meter.Read().BytesIn.ShouldBe(64 * 63 / 2);
    }

    [Fact]
    public void Cells_HaveRoomForEveryReason()
    {
        ((int)Enum.GetValues<RefusalReason>().Max()).ShouldBeLessThan(TransportCells.Counts.Length);
        ((int)Enum.GetValues<EndReason>().Max()).ShouldBeLessThan(TransportCells.Counts.Length);
    }
}
