namespace Harbor.Hosting.Bus;

/// <summary>An AMQP URI taken apart by the rules of RabbitMQ's URI specification.</summary>
internal sealed class RabbitMqAddress
{
    private readonly Uri _uri;

    public RabbitMqAddress(string uri)
    {
        _uri = new Uri(uri);
        var user = _uri.UserInfo.Split(':', 2);
        User = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : "guest";
        Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "guest";
        VirtualHost = _uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(_uri.AbsolutePath[1..]) : "/";
    }

    public string Host => _uri.Host;

    public int Port => _uri.Port > 0 ? _uri.Port : UsesTls ? 5671 : 5672;

    public bool UsesTls => _uri.Scheme == "amqps";

    public string User { get; }

    public string Password { get; }

    public string VirtualHost { get; }

    /// <summary>Without the password: safe to show.</summary>
    public override string ToString() => $"{Host}:{Port}, vhost {VirtualHost}, user {User}";
}
