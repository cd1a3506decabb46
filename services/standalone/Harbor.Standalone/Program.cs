using Harbor.Gateway;
using Harbor.Hosting;
using Harbor.Node;
using Harbor.Proxy;
using Harbor.Standalone;
using Harbor.Standalone.Nats;

var options = new HarborProcessOptions
{
    Defaults = StandaloneDefaults.Always,
    Fallbacks = StandaloneDefaults.WhereNotConfigured,
    PrepareAsync = EmbeddedNats.StartWhereMissingAsync,
};
return await HarborProcess.RunAsync(args, options, new GatewayModule(), new NodeModule(), new ProxyModule());
