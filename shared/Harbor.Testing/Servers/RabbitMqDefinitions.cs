using System.Globalization;
using System.Text.Json;

namespace Harbor.Testing.Servers;

/// <summary>What a test server is born with: one user, and vhosts in stock. Making one later needs rabbitmqctl, which takes seconds, or the management plugin, which takes seconds at boot.</summary>
internal static class RabbitMqDefinitions
{
    public const string User = "harbor";
    public const string Password = "harbor";
    public const int VirtualHosts = 24;

    public static string VirtualHost(int number) => string.Create(CultureInfo.InvariantCulture, $"test-{number}");

    public static string Address(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"amqp://{User}:{Password}@{host}:{port}");

    public static byte[] Json()
    {
        var names = Enumerable.Range(1, VirtualHosts).Select(VirtualHost).Prepend("/").ToList();
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            users = new[] { new { name = User, password = Password, tags = "administrator" } },
            vhosts = names.Select(name => new { name }),
            permissions = names.Select(name => new { user = User, vhost = name, configure = ".*", write = ".*", read = ".*" }),
        });
    }
}
