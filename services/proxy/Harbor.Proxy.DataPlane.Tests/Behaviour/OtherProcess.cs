using System.Diagnostics;
using System.Globalization;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A real other process: holds a port, or has many connections. Owns the process; disposing ends it.</summary>
internal sealed class OtherProcess : IDisposable
{
    private const string Script =
        """
        use Socket;
        my ($transport, $port, $shared, $four) = @ARGV;
        socket(my $s, $four ? AF_INET : AF_INET6, $transport eq 'Tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!";
        setsockopt($s, SOL_SOCKET, 2, pack('l', 1)) or die if $shared;
        setsockopt($s, SOL_SOCKET, 15, pack('l', 1)) or die if $shared;
        bind($s, $four ? pack_sockaddr_in($port, inet_aton($four)) : pack_sockaddr_in6($port, pack('x16'))) or die "bind: $!";
        listen($s, 5) or die "listen: $!" if $transport eq 'Tcp';
        $| = 1; print "ready\n"; <STDIN>;
        """;

    /// <summary>Backend and clients at once: one connection after the other through the relay, a byte there and back on each, and all of them kept.</summary>
    private const string ManyScript =
        """
        use Socket;
        my ($backend, $count) = @ARGV;
        socket(my $l, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
        setsockopt($l, SOL_SOCKET, SO_REUSEADDR, pack('l', 1)) or die;
        bind($l, pack_sockaddr_in($backend, INADDR_LOOPBACK)) or die "bind: $!";
        listen($l, 128) or die "listen: $!";
        $| = 1; print "ready\n"; @ports = split ' ', <STDIN>;
        my @kept;
        for my $i (0 .. $count - 1) {
            socket(my $c, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
            connect($c, pack_sockaddr_in($ports[$i % @ports], INADDR_LOOPBACK)) or die "connect: $!";
            accept(my $s, $l) or die "accept: $!";
            syswrite($c, '?') == 1 or die; sysread($s, my $asked, 1) == 1 or die "not asked: $!";
            syswrite($s, '!') == 1 or die; sysread($c, my $answer, 1) == 1 or die "not answered: $!";
            push @kept, $c, $s;
        }
        print "done\n"; <STDIN>;
        """;

    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    /// <summary>As <see cref="ListenResult.Holder"/> names it.</summary>
    public string Name => $"perl ({_process.Id})";

    /// <summary>Tries, and lets go at once.</summary>
    public static async Task<bool> CanHoldAsync(int port, Transport transport, bool shared, string? address = null)
    {
        using var other = Start(port, transport, shared);
        return await other._process.StandardOutput.ReadLineAsync().WithinAsync("perl to try the port") == "ready";
    }

    /// <summary>On all addresses, or on one of IPv4. <paramref name="shared"/>: with <c>SO_REUSEADDR</c> and <c>SO_REUSEPORT</c>, which invites everybody to listen too.</summary>
    public static async Task<OtherProcess> HoldAsync(int port, Transport transport, bool shared, string? address = null)
    {
        var other = Start(port, transport, shared, address);
        (await other._process.StandardOutput.ReadLineAsync().WithinAsync("perl to hold the port")).ShouldBe("ready");
        return other;
    }

    /// <summary>A backend on the port, and so many connections to it by way of the ports that <paramref name="openAsync"/> opens for it, over which a byte has gone there and back.</summary>
    public static async Task<OtherProcess> ConnectManyAsync(int backend, Func<int, Task<IReadOnlyList<int>>> openAsync, int count)
    {
        var other = Start(ManyScript, backend.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture));
        (await other._process.StandardOutput.ReadLineAsync().WithinAsync("perl to listen")).ShouldBe("ready");
        await other._process.StandardInput.WriteLineAsync(string.Join(' ', await openAsync(backend)));
        (await other._process.StandardOutput.ReadLineAsync().WithinAsync($"perl to make {count} connections")).ShouldBe("done");
        return other;
    }

    private static OtherProcess Start(int port, Transport transport, bool shared, string? address = null) =>
        Start(Script, transport.ToString(), port.ToString(CultureInfo.InvariantCulture), shared ? "1" : "", address ?? "");

    private static OtherProcess Start(string script, params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo("perl", ["-e", script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
