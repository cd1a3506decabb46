using System.Globalization;
using System.Text.Json.Nodes;
using Harbor.Testing.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Harbor.Testing.Logs;

/// <summary>Takes what Serilog.Sinks.Seq sends, over real HTTP, and lets a test look for events by their properties.</summary>
public sealed class SeqServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<SeqEvent> _events = [];
    private readonly List<string> _keys = [];
    private readonly int _port = FreePorts.Next();
    private WebApplication? _app;

    private SeqServer()
    {
    }

    /// <summary>For <c>Harbor:Logging:Seq:Url</c>. Stays the same over an outage.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <summary>All events so far, in the order that they came.</summary>
    public IReadOnlyList<SeqEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>The API keys that came with the batches, one for each.</summary>
    public IReadOnlyList<string> ApiKeys
    {
        get
        {
            lock (_gate)
            {
                return [.. _keys];
            }
        }
    }

    public static async Task<SeqServer> StartAsync()
    {
        var server = new SeqServer();
        await server.RestoreAsync();
        return server;
    }

    /// <summary>The events whose property has this value.</summary>
    public IReadOnlyList<SeqEvent> With(string property, string value) => [.. Events.Where(one => one[property] == value)];

    /// <summary>Waits for an event; where none comes in time, says what was missing and what came instead.</summary>
    public async Task<SeqEvent> WaitForAsync(Func<SeqEvent, bool> wanted, string expected, TimeSpan? patience = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return (await Eventually.GetAsync(() => Task.FromResult(Events.FirstOrDefault(wanted)), found => found is not null, expected, patience, cancellationToken))!;
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}{Environment.NewLine}The last events that came:{Environment.NewLine}{string.Join(Environment.NewLine, Events.TakeLast(50))}");
        }
    }

    /// <summary>Goes away: connections are refused until <see cref="RestoreAsync"/>.</summary>
    public async Task OutageAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
            _app = null;
        }
    }

    public async Task RestoreAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(Url);
        _app = builder.Build();
        _app.Run(TakeAsync);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await OutageAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var events = body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new SeqEvent(JsonNode.Parse(line)!.AsObject())).ToList();
        lock (_gate)
        {
            _events.AddRange(events);
            _keys.Add(context.Request.Headers["X-Seq-ApiKey"].ToString());
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsync("{}", context.RequestAborted);
    }
}
