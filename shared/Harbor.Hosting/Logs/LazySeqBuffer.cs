namespace Harbor.Hosting.Logs;

/// <summary>The process's buffer for Seq: taken when the logger is made, if that wants one, and given up with the container.</summary>
internal sealed class LazySeqBuffer(Func<SeqBuffer> take) : IDisposable
{
    private readonly Lazy<SeqBuffer> _buffer = new(take);

    public SeqBuffer Value => _buffer.Value;

    public void Dispose()
    {
        if (_buffer.IsValueCreated)
        {
            _buffer.Value.Dispose();
        }
    }
}
