using Harbor.Proxy.DataPlane.Linux.Loops;

namespace Harbor.Proxy.DataPlane.Tests.Linux.Loops;

public sealed class TimerWheelTests
{
    private readonly TimerWheel _wheel = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timer_Armed_FiresWithinATickAfterItsTimeAndNeverBefore()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var now = round * 100_000L;
            _wheel.Advance(now);
            var delay = random.Next(0, 30_000);
            _wheel.Arm(new Entry("timer", _fired), now, delay);

            for (var time = now; time < now + delay; time += random.Next(1, 400))
            {
                _wheel.Advance(time);
                _fired.ShouldBeEmpty($"{delay} ms, armed at {now}, fired at {time}");
            }

            _wheel.Advance(now + delay + (2 * TimerWheel.TickMilliseconds));
            _fired.ShouldBe(["timer"]);
            _fired.Clear();
        }
    }

    [Fact]
    public void Timer_Disarmed_NeverFires()
    {
        var entry = new Entry("timer", _fired);
        _wheel.Arm(entry, 0, 100);

        _wheel.Disarm(entry);
        _wheel.Advance(100_000);

        _fired.ShouldBeEmpty();
        _wheel.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Timer_ArmedAgain_CountsFromThen()
    {
        var entry = new Entry("timer", _fired);
        _wheel.Arm(entry, 0, 100);

        _wheel.Arm(entry, 50, 1_000);
        _wheel.Advance(900);
        _fired.ShouldBeEmpty();
        _wheel.Advance(1_100);

        _fired.ShouldBe(["timer"]);
    }

    [Fact]
    public void Advance_AfterALongSleep_FiresEveryTimerOnce()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _wheel.Arm(new Entry($"{i}", _fired), 0, i * 37);
        }

        _wheel.Advance(10_000_000);

        _fired.Count.ShouldBe(1_000);
        _fired.Distinct().Count().ShouldBe(1_000);
    }

    [Fact]
    public void Timer_ThatArmsItselfAsItFires_FiresAgainLater()
    {
        var entry = new Entry("timer", _fired);
        var now = 1_020;
        entry.OnFired = () => _wheel.Arm(entry, now, 1_000);
        _wheel.Arm(entry, 0, 1_000);

        _wheel.Advance(now);
        _fired.Count.ShouldBe(1);
        now = 2_100;
        _wheel.Advance(now);

        _fired.Count.ShouldBe(2);
    }

    [Fact]
    public void NextDelay_ManyTimers_NeverSleepsPastTheFirst()
    {
        var random = new Random(2);
        var entries = Enumerable.Range(0, 50).Select(i => (Entry: new Entry($"{i}", _fired), Due: random.Next(1, 20_000))).ToList();
        entries.ForEach(entry => _wheel.Arm(entry.Entry, 0, entry.Due));
        long now = 0;

        while (!_wheel.IsEmpty)
        {
            now += _wheel.NextDelay(now);
            _wheel.Advance(now);
            _fired.Count.ShouldBeGreaterThanOrEqualTo(entries.Count(entry => entry.Due + (2 * TimerWheel.TickMilliseconds) <= now));
        }

        _fired.Count.ShouldBe(50);
    }

    private sealed class Entry(string name, List<string> fired) : LoopEntry
    {
        public Action? OnFired { get; set; }

        internal override void OnReady(uint events, int side) => throw new NotSupportedException();

        internal override void OnTimer()
        {
            fired.Add(name);
            OnFired?.Invoke();
        }
    }
}
