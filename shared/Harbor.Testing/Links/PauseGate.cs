namespace Harbor.Testing.Links;

/// <summary>A gate that bytes pass while it is open.</summary>
internal sealed class PauseGate
{
    private volatile TaskCompletionSource _open = Opened();

    public Task WaitAsync() => _open.Task;

    public void Open() => _open.TrySetResult();

    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
