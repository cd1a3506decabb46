using System.Net.Sockets;

namespace Harbor.Testing.Links;

/// <summary>One connection through a link: owns both its sockets. Passes on half-closes.</summary>
internal sealed class ProxiedConnection(Socket client, PauseGate sending, PauseGate receiving) : IDisposable
{
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    public async Task RunAsync(string host, int port)
    {
        try
        {
            client.NoDelay = true;
            await _server.ConnectAsync(host, port);
            await Task.WhenAll(CopyAsync(client, _server, sending), CopyAsync(_server, client, receiving));
            client.Close();
            _server.Close();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Reset();
        }
        finally
        {
            _done.TrySetResult();
        }
    }

    /// <summary>Closes both ends so that the peers see a reset, not an orderly end.</summary>
    public void Reset()
    {
        client.Close(timeout: 0);
        _server.Close(timeout: 0);
        _done.TrySetResult();
    }

    public void Dispose() => Reset();

    private async Task CopyAsync(Socket from, Socket to, PauseGate pause)
    {
        try
        {
            var buffer = new byte[65536];
            while (true)
            {
                var read = await from.ReceiveAsync(buffer);
                await pause.WaitAsync();
                if (read == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Reset();
        }
    }
}
