using System.Net;
using System.Net.Sockets;

namespace Harbor.IntegrationTests.Traffic;

/// <summary>A port that does not answer a connect: its queue is full, and nobody accepts. Owns its sockets.</summary>
internal sealed class DeafListener : IDisposable
{
    private readonly Socket _listener = NewSocket();
    private readonly List<Socket> _waiting = [];

    private DeafListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public static async Task<DeafListener> StartAsync()
    {
        var deaf = new DeafListener();
        while (await deaf.AnswersAsync())
        {
            // Its queue takes one more than it is told, or so.
        }

        return deaf;
    }

    public void Dispose()
    {
        _waiting.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private async Task<bool> AnswersAsync()
    {
        var socket = NewSocket();
        _waiting.Add(socket);
        try
        {
            await socket.ConnectAsync(_listener.LocalEndPoint!).WaitAsync(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
