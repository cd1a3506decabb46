using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NATS.Client.Core;

namespace Harbor.Hosting.Nats;

/// <summary>Makes the connection of the process from its options.</summary>
internal static class NatsConnections
{
    public static NatsConnection Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<NatsOptions>>().Value;

        // The client's own logger is left out: it repeats every failed attempt. NatsLink says what an operator needs, once.
        return new NatsConnection(NatsOpts.Default with
        {
            Url = options.Url,
            Name = "harbor",
            AuthOpts = new NatsAuthOpts { Username = options.User, Password = options.Password, Token = options.Token },
            TlsOpts = options.Tls.IsSet
                ? new NatsTlsOpts
                {
                    Mode = TlsMode.Require,
                    CaFile = options.Tls.CaFile,
                    CertFile = options.Tls.CertFile,
                    KeyFile = options.Tls.KeyFile,
                    InsecureSkipVerify = options.Tls.Insecure,
                }
                : NatsTlsOpts.Default,
            MaxReconnectRetry = -1,
            RetryOnInitialConnect = true,
            IgnoreAuthErrorAbort = true,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(100),
            ReconnectWaitMax = TimeSpan.FromSeconds(2),
            ReconnectJitter = TimeSpan.FromMilliseconds(100),
            PingInterval = options.PingInterval,
            MaxPingOut = 2,
            SubPendingChannelCapacity = options.PendingMessages,
            SubPendingChannelFullMode = BoundedChannelFullMode.DropOldest,
        });
    }
}
