using Harbor.Proxy.DataPlane.Linux.Loops;

namespace Harbor.Proxy.DataPlane.Tests.Linux.Loops;

public sealed class PollingTests
{
    private readonly Polling _polling = new();

    [Fact]
    public void Polling_AfterOnlyShortWaits_IsWorthwhile()
    {
        Sleep(Polling.FewestShortWaits - 1);
        _polling.IsWorthwhile.ShouldBeFalse();

        Sleep(1);
        _polling.IsWorthwhile.ShouldBeTrue();
    }

    [Fact]
    public void Polling_AfterALongWait_StartsAnew()
    {
        Sleep(Polling.FewestShortWaits);

        _polling.Slept(Polling.Moment);

        _polling.IsWorthwhile.ShouldBeFalse();
        ShortWaitsUntilWorthwhile().ShouldBe(Polling.FewestShortWaits);
    }

    [Fact]
    public void Polling_WithoutEventsForAMoment_EndsAndNeedsTwiceAsManyShortWaits()
    {
        Sleep(Polling.FewestShortWaits);

        _polling.AsksAgain(0, Polling.Moment - 2, Polling.Moment - 1, hasEvents: false).ShouldBeTrue();
        _polling.AsksAgain(0, Polling.Moment - 1, Polling.Moment, hasEvents: false).ShouldBeFalse();

        _polling.IsWorthwhile.ShouldBeFalse();
        ShortWaitsUntilWorthwhile().ShouldBe(2 * Polling.FewestShortWaits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Polling_WithAnotherThreadBetween_Ends(bool hasEvents)
    {
        Sleep(Polling.FewestShortWaits);

        _polling.AsksAgain(0, 0, Polling.Interruption, hasEvents).ShouldBeFalse();

        _polling.IsWorthwhile.ShouldBeFalse();
    }

    [Fact]
    public void Polling_AfterBulk_StartsAnew()
    {
        Sleep(Polling.FewestShortWaits);

        _polling.MovedBulk();

        _polling.IsWorthwhile.ShouldBeFalse();
        ShortWaitsUntilWorthwhile().ShouldBe(Polling.FewestShortWaits);
    }

    [Fact]
    public void Polling_WithEvents_GoesOnNextTime()
    {
        Sleep(Polling.FewestShortWaits);

        _polling.AsksAgain(0, 0, 1, hasEvents: true).ShouldBeFalse();

        _polling.IsWorthwhile.ShouldBeTrue();
    }

    [Fact]
    public void Polling_ThatAlwaysFails_IsTriedEverMoreSeldom()
    {
        for (var failure = 0; failure < 20; failure++)
        {
            Sleep(ShortWaitsUntilWorthwhile());
            _polling.AsksAgain(0, 0, Polling.Moment, hasEvents: false);
        }

        ShortWaitsUntilWorthwhile().ShouldBe(Polling.MostShortWaits);
    }

    private void Sleep(int times)
    {
        for (var time = 0; time < times; time++)
        {
            _polling.Slept(Polling.Moment - 1);
        }
    }

    private int ShortWaitsUntilWorthwhile()
    {
        var count = 0;
        for (; !_polling.IsWorthwhile; count++)
        {
            Sleep(1);
        }

        return count;
    }
}
