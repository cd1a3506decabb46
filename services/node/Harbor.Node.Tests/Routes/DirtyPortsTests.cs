using Harbor.Node.Routes;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Node.Tests.Routes;

public sealed class DirtyPortsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DirtyPorts _dirty;

    public DirtyPortsTests() => _dirty = new(_time);

    [Fact]
    public void Port_ThatChangedAgain_IsTakenAtOnceWhereFewWait()
    {
        Mark("p");
        Pass(10);
        Mark("p");

        _dirty.TryTake("p", out _).ShouldBeTrue();
    }

    [Fact]
    public void Port_ThatChangedAgainInAStorm_IsTakenWhenItHasSettled()
    {
        Storm();
        Mark("p");
        _dirty.TryTake("p", out _).ShouldBeTrue("it changed once");
        _dirty.Finish("p");
        Mark("p");
        Pass(10);
        Mark("p");

        _dirty.TryTake("p", out _).ShouldBeFalse();
        Pass(DirtyPorts.Settling.TotalMilliseconds);
        _dirty.TryTake("p", out var timestamp).ShouldBeTrue();
        _time.GetElapsedTime(timestamp).ShouldBe(TimeSpan.FromMilliseconds(10) + DirtyPorts.Settling);
    }

    [Fact]
    public void Port_ThatHasToSettle_StandsInTheQueueBehindTheOthers()
    {
        Mark("p");
        Storm();
        Pass(10);
        Mark("p");
        Next().ShouldBe("p");
        _dirty.TryTake("p", out _).ShouldBeFalse();

        Enumerable.Range(0, DirtyPorts.Storm + 1).Select(_ => Next()).ShouldNotContain("p");
        Next().ShouldBe("p");
    }

    [Fact]
    public void Port_ThatNeverSettles_IsTakenAllTheSame()
    {
        Storm();
        Mark("p");
        for (var passed = TimeSpan.Zero; passed < DirtyPorts.LongestSettling; passed += TimeSpan.FromMilliseconds(100))
        {
            Pass(100);
            Mark("p");
        }

        _dirty.TryTake("p", out _).ShouldBeTrue();
    }

    [Fact]
    public void Port_ThatAnAddressLeaves_NeedNotSettle()
    {
        Storm();
        Mark("p");
        Pass(10);
        _dirty.Mark(["p"], new HashSet<string> { "p" }, NoReasons, _time.GetTimestamp());

        _dirty.TryTake("p", out _).ShouldBeTrue();
    }

    private static Dictionary<(string, BackendAddress), RouteReason> NoReasons => [];

    private void Storm() => _dirty.Mark(Enumerable.Range(0, DirtyPorts.Storm + 1).Select(number => $"other-{number}"), new HashSet<string>(), NoReasons, _time.GetTimestamp());

    private void Mark(string port) => _dirty.Mark([port], new HashSet<string>(), NoReasons, _time.GetTimestamp());

    private void Pass(double milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private string Next() => _dirty.Queue.TryRead(out var next) ? next.Port : throw new InvalidOperationException("The queue is empty.");
}
