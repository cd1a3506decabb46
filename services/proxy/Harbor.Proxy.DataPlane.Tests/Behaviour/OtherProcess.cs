using System.Diagnostics;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A real other process that holds a port. Owns the process; disposing ends it.</summary>
internal sealed class OtherProcess : IDisposable
{
    private const string Script =
        """
        use Socket;
        my ($transport, $port, $shared) = @ARGV;
        socket(my $s, AF_INET6, $transport eq 'Tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!";
        setsockopt($s, SOL_SOCKET, 2, pack('l', 1)) or die if $shared;
        setsockopt($s, SOL_SOCKET, 15, pack('l', 1)) or die if $shared;
        bind($s, pack_sockaddr_in6($port, inet_pton(AF_INET6, '::'))) or die "bind: $!";
        listen($s, 5) or die "listen: $!" if $transport eq 'Tcp';
        $| = 1; print "ready\n"; <STDIN>;
        """;

    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    /// <summary>As <see cref="ListenResult.Holder"/> names it.</summary>
    public string Name => $"perl ({_process.Id})";

    /// <summary><paramref name="shared"/>: with <c>SO_REUSEADDR</c> and <c>SO_REUSEPORT</c>, which invites everybody to listen too.</summary>
    public static async Task<OtherProcess> HoldAsync(int port, Transport transport, bool shared)
    {
        var start = new ProcessStartInfo("perl", ["-e", Script, transport.ToString(), port.ToString(System.Globalization.CultureInfo.InvariantCulture), shared ? "1" : ""])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        (await process.StandardOutput.ReadLineAsync().WithinAsync("perl to hold the port")).ShouldBe("ready");
        return new OtherProcess(process);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
