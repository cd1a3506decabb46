using System.Diagnostics;
using System.Globalization;

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
        bind($s, pack_sockaddr_in6($port, pack('x16'))) or die "bind: $!";
        listen($s, 5) or die "listen: $!" if $transport eq 'Tcp';
        $| = 1; print "ready\n"; <STDIN>;
        """;

    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    /// <summary>As <see cref="ListenResult.Holder"/> names it.</summary>
    public string Name => $"perl ({_process.Id})";

    /// <summary>Tries, and lets go at once.</summary>
    public static async Task<bool> CanHoldAsync(int port, Transport transport, bool shared)
    {
        using var other = Start(port, transport, shared);
        return await other._process.StandardOutput.ReadLineAsync().WithinAsync("perl to try the port") == "ready";
    }

    /// <summary><paramref name="shared"/>: with <c>SO_REUSEADDR</c> and <c>SO_REUSEPORT</c>, which invites everybody to listen too.</summary>
    public static async Task<OtherProcess> HoldAsync(int port, Transport transport, bool shared)
    {
        var other = Start(port, transport, shared);
        (await other._process.StandardOutput.ReadLineAsync().WithinAsync("perl to hold the port")).ShouldBe("ready");
        return other;
    }

    private static OtherProcess Start(int port, Transport transport, bool shared)
    {
        string[] arguments = ["-e", Script, transport.ToString(), port.ToString(CultureInfo.InvariantCulture), shared ? "1" : ""];
        return new OtherProcess(Process.Start(new ProcessStartInfo("perl", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
