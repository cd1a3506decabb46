using System.Threading.Channels;

namespace Harbor.Node.Routes;

/// <summary>Applications whose main ports have to be asked for. A full queue drops: whoever still needs an answer is named again by the next heartbeat.</summary>
internal sealed class MainPortQueue
{
    private readonly Channel<string> _apps = Channel.CreateBounded<string>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite });

    public ChannelReader<string> Apps => _apps.Reader;

    public void Add(string app) => _apps.Writer.TryWrite(app);
}
