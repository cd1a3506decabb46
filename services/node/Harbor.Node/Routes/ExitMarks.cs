namespace Harbor.Node.Routes;

/// <summary>Remembered exits, bounded in time and number.</summary>
internal sealed class ExitMarks(TimeSpan memory, int capacity)
{
    private readonly Dictionary<(string App, string Instance), (ExitMark Mark, long Until)> _marks = [];
    private readonly Queue<(string App, string Instance, long Until)> _order = new();

    public void Add(string app, string instance, ExitMark mark, long now)
    {
        if (_marks.TryGetValue((app, instance), out var known) && known.Mark.Began > mark.Began)
        {
            mark = mark with { Began = known.Mark.Began };
        }

        var until = now + memory.Ticks;
        _marks[(app, instance)] = (mark, until);
        _order.Enqueue((app, instance, until));
        while (_order.Count > capacity)
        {
            Forget();
        }
    }

    public ExitMark? Find(string app, string instance)
        => _marks.Count > 0 && _marks.TryGetValue((app, instance), out var known) ? known.Mark : null;

    public void Expire(long now)
    {
        while (_order.TryPeek(out var oldest) && oldest.Until <= now)
        {
            Forget();
        }
    }

    private void Forget()
    {
        var (app, instance, until) = _order.Dequeue();
        if (_marks.TryGetValue((app, instance), out var known) && known.Until == until)
        {
            _marks.Remove((app, instance));
        }
    }
}
