using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Linux;

/// <content>The ways to an end.</content>
internal sealed partial class LinuxRelayEngine
{
    public async ValueTask DrainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            await Task.WhenAll(_ports.Values.Select(port => port.UnbindAsync()));
            await WaitForSessionsAsync(limit, cancellationToken);
            await Task.WhenAll(_ports.Values.Select(port => CloseLockedAsync(port, EndReason.Drained)));
        }
        finally
        {
            _changes.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _changes.WaitAsync();
        try
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _verifier.Dispose();
            await Task.WhenAll(_ports.Values.Select(port => CloseLockedAsync(port, EndReason.Drained)));
            foreach (var loop in _loops)
            {
                loop.Dispose();
            }
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Until every loop is without a session, the time is up, or the caller will wait no longer.</summary>
    private async Task WaitForSessionsAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var whenIdle = Task.WhenAll(_loops.Select(loop => loop.WhenIdleAsync()));
        try
        {
            await DrainPace.RunAsync(limit, whenIdle, _context.Clock.Time, EndSomeAsync, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What is left is reset.
        }
    }

    private Task EndSomeAsync(int oneIn) => Task.WhenAll(_ports.Values.Select(port => port.EndSomeAsync(EndReason.Drained, oneIn)));
}
