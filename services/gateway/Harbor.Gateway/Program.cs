using Harbor.Gateway;
using Harbor.Hosting;

return await HarborProcess.RunAsync(args, new GatewayModule());
