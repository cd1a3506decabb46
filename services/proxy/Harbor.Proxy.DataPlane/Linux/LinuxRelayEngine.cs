using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Linux.Listening;
using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Listening;
using Harbor.Proxy.DataPlane.Ports;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Linux;

/// <summary>
/// The engine for Linux: one <see cref="EventLoop"/> a processor, system calls made directly, no allocation for a connection, a session or a transfer.
/// Owns the loops and the ports. Changes come one at a time; the loops learn of them by <see cref="EventLoop.Post"/>.
/// </summary>
internal sealed partial class LinuxRelayEngine : IRelayEngine
{
    private readonly RelayContext _context;
    private readonly EventLoop[] _loops;
    private readonly ConcurrentDictionary<int, LinuxPort> _ports = new();
    private readonly SemaphoreSlim _changes = new(1);
    private readonly BackendVerifier _verifier;
    private readonly Func<IPEndPoint, Transport, string?> _findHolder;
    private bool _isDisposed;

    /// <param name="context">What it is given.</param>
    /// <param name="findHolder">Names the process that holds a port; null: <see cref="PortHolder.Find"/>.</param>
    public LinuxRelayEngine(RelayContext context, Func<IPEndPoint, Transport, string?>? findHolder = null)
    {
        _context = context;
        _findHolder = findHolder ?? PortHolder.Find;
        _logger = context.Loggers.CreateLogger<LinuxRelayEngine>();
        _verifier = new BackendVerifier(context);
        var count = context.Options.Loops > 0 ? context.Options.Loops : Environment.ProcessorCount;
        _loops = [.. Enumerable.Range(0, count).Select(index => new EventLoop(index, context.Clock, _logger))];
        Log.Started(_logger, count);
    }

    /// <summary>The layouts in <c>Native/</c> are those of 64 bits, and the byte order that of these two.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    public string Name => "linux";

    /// <summary>For tests.</summary>
    internal IReadOnlyList<EventLoop> Loops => _loops;

    /// <summary>Buffers that sessions have out: 0 when none is left. For tests and the soak.</summary>
    internal int RentedBuffers => _loops.Sum(loop => loop.Buffers.Rented - 1);

    /// <summary>How often a flow was given a pipe to be spliced through. For tests.</summary>
    internal long LentPipes => _loops.Sum(loop => loop.Pipes?.Lent ?? 0);

    public IReadOnlyCollection<int> OpenPorts => [.. _ports.Keys];

    public TransportCounters? GetCounters(int port, Transport transport) =>
        _ports.TryGetValue(port, out var open) ? open.State[transport]?.Meter.Read() : null;

    public async ValueTask<ListenResult> ApplyAsync(PortSnapshot port, CancellationToken cancellationToken)
    {
        var (result, isTaken) = await ApplyInTurnAsync(port, cancellationToken);

        // Out of turn: to look through all processes may take as long as a hundred changes of other ports.
        return isTaken ? result with { Holder = _findHolder(new IPEndPoint(_context.Options.ListenAddress, port.Port), result.Transport) } : result;
    }

    public async ValueTask<bool> CloseAsync(int port)
    {
        await _changes.WaitAsync();
        try
        {
            if (!_ports.TryGetValue(port, out var open))
            {
                return false;
            }

            await CloseLockedAsync(open, EndReason.PortClosed);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    private static Transports TransportsOf(PortState state) =>
        (state.Tcp is null ? Transports.None : Transports.Tcp) | (state.Udp is null ? Transports.None : Transports.Udp);

    private async Task<(ListenResult Result, bool IsTaken)> ApplyInTurnAsync(PortSnapshot port, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_ports.TryGetValue(port.Port, out var open))
            {
                if (open.State.IsAs(port))
                {
                    return (ListenResult.Open, false);
                }

                if (TransportsOf(open.State) == port.Transports)
                {
                    await open.ChangeAsync(port);
                    _verifier.Verify(open);
                    return (ListenResult.Open, false);
                }

                await CloseLockedAsync(open, EndReason.PortClosed);
            }

            return Listen(port);
        }
        finally
        {
            _changes.Release();
        }
    }

    private (ListenResult Result, bool IsTaken) Listen(PortSnapshot port)
    {
        var tcp = Bind(port, Transport.Tcp);
        if (tcp < 0)
        {
            return Refuse(Transport.Tcp, tcp.Value);
        }

        var udp = Bind(port, Transport.Udp);
        if (udp < 0)
        {
            if (tcp is { } bound)
            {
                Kernel.Close(bound);
                _context.Limits.Descriptors.Return();
            }

            return Refuse(Transport.Udp, udp.Value);
        }

        var state = new PortState(port, _context);
        var open = new LinuxPort(_context, _loops, state, tcp, udp);
        _ports[port.Port] = open;
        _context.Metrics.Add(state);
        open.Open();
        _verifier.Verify(open);
        return (ListenResult.Open, false);
    }

    /// <summary>The socket, with one descriptor of the limits taken for it, or a negative error number; null where the port is not of that transport.</summary>
    private int? Bind(PortSnapshot port, Transport transport)
    {
        if (!port.Transports.HasFlag(transport == Transport.Tcp ? Transports.Tcp : Transports.Udp))
        {
            return null;
        }

        if (!_context.Limits.Descriptors.TryTake())
        {
            return -Errno.TooManyFiles;
        }

        var socket = ListeningSocket.Open(transport, _context.Options.ListenAddress, port.Port, _context.Options.Backlog);
        if (socket < 0)
        {
            _context.Limits.Descriptors.Return();
        }

        return socket;
    }

    private static (ListenResult Result, bool IsTaken) Refuse(Transport transport, int error) =>
        (new ListenResult { IsOpen = false, Transport = transport, Reason = ListeningSocket.Describe(error).ToLowerInvariant() }, error == -Errno.AddressInUse);

    private async Task CloseLockedAsync(LinuxPort open, EndReason reason)
    {
        _ports.TryRemove(open.State.Port, out _);
        await open.CloseAsync(reason);
        _context.Metrics.Remove(open.State);
    }
}
