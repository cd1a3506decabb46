using System.Net.Sockets;
using DotNet.Testcontainers.Builders;

namespace Harbor.Testing.Servers;

/// <summary>Whether a Docker engine answers. Asked once: the client's own probing is slow where there is none.</summary>
internal static class DockerEngine
{
    private const string DefaultSocket = "/var/run/docker.sock";

    private static readonly Lazy<bool> _answers = new(Probe);

    public static bool Answers => _answers.Value;

    /// <summary>Where Testcontainers' images come from may be slow: a pull is bounded by the caller's patience, not by this.</summary>
    public static ContainerBuilder NewContainer(string image) => new(image);

    private static bool Probe()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (host is not null && !host.StartsWith("unix://", StringComparison.Ordinal))
        {
            return true;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(host?["unix://".Length..] ?? DefaultSocket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
