using System.Net;
using Harbor.DeaSimulator.Instances;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>
/// A port with two instances behind it and a conversation through it that never pauses, while its parameters are changed: what came of the conversation, and
/// whether its sockets are still the same ones, is looked at in the end.
/// </summary>
internal sealed class BusyPort : IAsyncDisposable
{
    private readonly RunningStandalone _harbor;
    private readonly bool _isTcp;
    private readonly string _instance;
    private readonly IReadOnlyList<string> _sockets;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly IDisposable _client;
    private readonly Task _talk;
    private int _exchanges;

    private BusyPort(RunningStandalone harbor, bool isTcp, string instance, string app, int number, IReadOnlyList<AppInstance> instances, IDisposable client)
    {
        (_harbor, _isTcp, _instance, App, Number, Instances, _client) = (harbor, isTcp, instance, app, number, instances, client);
        _sockets = ListeningPorts.SocketsAt(number);
        _talk = client is EchoClient tcp ? TalkAsync(tcp) : TalkAsync((EchoDatagrams)client);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public string App { get; }

    public int Number { get; }

    public IReadOnlyList<AppInstance> Instances { get; }

    public static async Task<BusyPort> StartAsync(RunningStandalone harbor, string protocol, object? more = null, int count = 2)
    {
        var (instance, app, isTcp) = (RunningStandalone.NewId(), RunningStandalone.NewId(), protocol == "tcp");
        var port = (await harbor.Broker.PortForAsync(instance, app, new { protocol })).Port;
        if (more is not null)
        {
            await harbor.Broker.UpdatedAsync(instance, more);
        }

        var dea = (await harbor.NewSimulationAsync()).AddDea();
        var instances = new List<AppInstance>();
        for (var index = 0; index < count; index++)
        {
            instances.Add(await dea.StartAsync(app, index, [4100]));
            await Eventually.TrueAsync(
                () => harbor.Broker.Http.GetStringAsync($"/admin/v1/ports/default/{port}", Cancelled).ContinueWith(stored => stored.Result.Contains(instances[index].Id, StringComparison.Ordinal), TaskScheduler.Default),
                "the instance behind the port",
                cancellationToken: Cancelled);
        }

        IDisposable client = isTcp ? await Eventually.GetAsync(() => EchoClient.ConnectAsync(port), _ => true, "a connection", cancellationToken: Cancelled) : await GreetedAsync(port);
        return new BusyPort(harbor, isTcp, instance, app, port, instances, client);
    }

    public Task UpdateAsync(object parameters) => _harbor.Broker.UpdatedAsync(_instance, parameters);

    /// <summary>Who answers so many new clients; an empty text for each that nobody answers.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(int clients, IPAddress? source = null)
        => await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => AskAsync(source)));

    /// <summary>What reaches an instance of a new client that says hello, behind the greeting: a line.</summary>
    public async Task<string> HeardAsync()
    {
        if (!_isTcp)
        {
            using var datagrams = new EchoDatagrams(Number);
            await datagrams.SendAsync("hello");
            return await datagrams.ReceiveAsync() is null ? "" : await datagrams.ReceiveAsync() ?? "";
        }

        using var client = await EchoClient.ConnectAsync(Number);
        await client.SendAsync("hello\n");
        var lines = "";
        for (var line = 0; line < 4; line++)
        {
            lines += await client.ReadLineAsync();
            if (lines is "hello" || lines.StartsWith("PROXY", StringComparison.Ordinal))
            {
                break;
            }
        }

        return lines;
    }

    public async Task BecomesAsync(Func<Task<bool>> isSo, string expected)
    {
        await Eventually.TrueAsync(async () => _talk.IsCompleted || await isSo(), expected, cancellationToken: Cancelled);
        if (_talk.IsCompleted)
        {
            await _talk;
        }
    }

    /// <summary>The conversation has gone on until after the last change, on the same connection or session, and the port's sockets were never closed.</summary>
    public async Task HasGoneOnAsync()
    {
        var now = Volatile.Read(ref _exchanges);
        await Eventually.TrueAsync(() => _talk.IsCompleted || Volatile.Read(ref _exchanges) > now + 2, "the conversation goes on", cancellationToken: Cancelled);
        await _stop.CancelAsync();
        await _talk;
        _sockets.Count.ShouldBeGreaterThan(0);
        ListeningPorts.SocketsAt(Number).ShouldBe(_sockets);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _talk.ContinueWith(_ => { }, TaskScheduler.Default);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task<string> AskAsync(IPAddress? source)
    {
        if (_isTcp)
        {
            return await EchoClient.TryAskAsync(Number, source: source) ?? "";
        }

        using var datagrams = new EchoDatagrams(Number, source);
        await datagrams.SendAsync("hello");
        return await datagrams.ReceiveAsync() is { } banner ? EchoClient.InstanceOf(banner) : "";
    }

    private static async Task<EchoDatagrams> GreetedAsync(int port)
    {
        var datagrams = new EchoDatagrams(port);
        await datagrams.GreetedByAsync();
        return datagrams;
    }

    private async Task TalkAsync(EchoClient client)
    {
        while (!_stop.IsCancellationRequested)
        {
            (await client.EchoesAsync($"line {_exchanges}")).ShouldBeTrue();
            Interlocked.Increment(ref _exchanges);
        }
    }

    /// <summary>A greeting in between would be that of a new session. What is left over from before the first greeting comes first.</summary>
    private async Task TalkAsync(EchoDatagrams datagrams)
    {
        while (!_stop.IsCancellationRequested)
        {
            var line = $"line {_exchanges}";
            await datagrams.SendAsync(line);
            string? answer;
            do
            {
                answer = await datagrams.ReceiveAsync();
            }
            while (answer == "hello");

            answer.ShouldBe(line);
            Interlocked.Increment(ref _exchanges);
        }
    }
}
