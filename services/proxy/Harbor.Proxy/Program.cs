using Harbor.Hosting;
using Harbor.Proxy;

return await HarborProcess.RunAsync(args, new ProxyModule());
