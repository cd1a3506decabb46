using System.Threading.Channels;

namespace Harbor.IntegrationTests.Races;

/// <summary>
/// Whose process is at an address, for one transport: connections are in the order in which they were accepted, datagrams in that in which they were
/// received, and between the two there is none. Safe for use by several threads.
/// </summary>
internal sealed class AddressOwner(string what, char owner)
{
    private readonly Lock _gate = new();
    private readonly Channel<char> _taken = Channel.CreateUnbounded<char>();
    private readonly List<string> _wrong = [];
    private Reign _former = new(owner, 0);
    private Reign _owner = new(owner, 0);
    private char _next;
    private long _numbers;

    public long Answered { get; private set; }

    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (_gate)
            {
                return [.. _wrong];
            }
        }
    }

    public long Next() => Interlocked.Increment(ref _numbers);

    public void Expect(char next)
    {
        lock (_gate)
        {
            _next = next;
        }
    }

    public async Task TakenAsync(CancellationToken cancellationToken) => await _taken.Reader.ReadAsync(cancellationToken);

    /// <summary>Who answers the one that came with this number: the order is theirs, not that in which they got to say something.</summary>
    public char Answer(char wanted, long number)
    {
        lock (_gate)
        {
            Answered++;
            if (number < _former.First)
            {
                // It came for one who was here before both, and waited long to be read.
                return wanted;
            }

            if (wanted == _next && number > _owner.First)
            {
                CheckAfter(_owner, wanted, number);
                (_former, _owner, _next) = (_owner, new(wanted, number), '\0');
                _taken.Writer.TryWrite(wanted);
            }
            else if (wanted == _owner.Letter)
            {
                CheckAfter(_former, wanted, number);
                _owner.Include(number);
            }
            else if (wanted == _former.Letter && number < _owner.First)
            {
                _former.Include(number);
            }
            else
            {
                _wrong.Add($"{what} #{number} for {wanted} is at {_owner.Letter}, who is here since #{_owner.First}");
                return _owner.Letter;
            }

            return wanted;
        }
    }

    private void CheckAfter(Reign before, char wanted, long number)
    {
        if (before.Last > number)
        {
            _wrong.Add($"{what} #{before.Last} for {before.Letter} came after #{number} for {wanted}");
        }
    }

    /// <summary>One's time at the address, by the numbers of those who came for it.</summary>
    private sealed class Reign(char letter, long number)
    {
        public char Letter => letter;

        public long First { get; private set; } = number;

        public long Last { get; private set; } = number;

        public void Include(long number) => (First, Last) = (Math.Min(First, number), Math.Max(Last, number));
    }
}
