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
    private char _owner = owner;
    private char _former;
    private char _next;
    private long _numbers;
    private long _ownedFrom;
    private long _lastOfOwner;

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
            if (wanted == _next)
            {
                if (_lastOfOwner > number)
                {
                    _wrong.Add($"{what} #{_lastOfOwner} for {_owner} came after #{number} for {wanted}");
                }

                (_former, _owner, _next, _ownedFrom, _lastOfOwner) = (_owner, wanted, '\0', number, number);
                _taken.Writer.TryWrite(wanted);
            }
            else if (wanted == _owner)
            {
                _ownedFrom = Math.Min(_ownedFrom, number);
                _lastOfOwner = Math.Max(_lastOfOwner, number);
            }
            else if (wanted != _former || number > _ownedFrom)
            {
                _wrong.Add($"{what} #{number} for {wanted} is at {_owner}, who is here since #{_ownedFrom}");
                return _owner;
            }

            return wanted;
        }
    }
}
