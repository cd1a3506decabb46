using Harbor.Hosting;
using Harbor.Node;

return await HarborProcess.RunAsync(args, new NodeModule());
