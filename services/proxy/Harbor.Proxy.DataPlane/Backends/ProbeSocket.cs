using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Harbor.Proxy.DataPlane.Backends;

/// <summary>
/// A socket for one question to a backend. Refusals and time limits come back as what they are: a pool's backends that are all gone would otherwise cost an
/// exception each. Owns the socket; one operation at a time.
/// </summary>
internal sealed class ProbeSocket : SocketAsyncEventArgs, IValueTaskSource<SocketError>, IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenRegistration _onTimeout;
    private readonly CancellationTokenRegistration _onEnd;
    private ManualResetValueTaskSourceCore<SocketError> _done = new() { RunContinuationsAsynchronously = true };

    public ProbeSocket(IPEndPoint backend, SocketType type, ProtocolType protocol, TimeSpan limit, TimeProvider time, CancellationToken ending)
    {
        _socket = new Socket(backend.AddressFamily, type, protocol);
        RemoteEndPoint = backend;
        _timeout = new CancellationTokenSource(limit, time);
        // A socket that is closed ends what is under way on it.
        _onTimeout = _timeout.Token.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), _socket);
        _onEnd = ending.UnsafeRegister(static socket => ((Socket)socket!).Dispose(), _socket);
    }

    public Socket Socket => _socket;

    /// <summary>The time is up; what was under way has failed for that.</summary>
    public bool IsTimedOut => _timeout.IsCancellationRequested;

    public ValueTask<SocketError> ConnectAsync() => RunAsync(static probe => probe._socket.ConnectAsync(probe));

    /// <summary>Sends a datagram without content, and waits for a refusal, or for the first byte of an answer.</summary>
    public ValueTask<SocketError> AskAsync()
    {
        SetBuffer(new byte[1]);
        return RunAsync(static probe =>
        {
            probe._socket.Send(ReadOnlySpan<byte>.Empty);
            return probe._socket.ReceiveAsync(probe);
        });
    }

    /// <summary>The connection ends by a reset.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public new void Dispose()
    {
        _onTimeout.Dispose();
        _onEnd.Dispose();
        _timeout.Dispose();
        _socket.Dispose();
        base.Dispose();
    }

    SocketError IValueTaskSource<SocketError>.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SocketError>.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource<SocketError>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    protected override void OnCompleted(SocketAsyncEventArgs e) => _done.SetResult(SocketError);

    private ValueTask<SocketError> RunAsync(Func<ProbeSocket, bool> begin)
    {
        _done.Reset();
        try
        {
            return begin(this) ? new ValueTask<SocketError>(this, _done.Version) : ValueTask.FromResult(SocketError);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.FromResult(SocketError.OperationAborted);
        }
    }
}
