using System.CommandLine;
using Harbor.LoadTests.Commands;

return await new RootCommand("Loads a whole Harbor through its service broker, checks that nothing is doubled or left over, and prints rates.") { new BurstCommand(), new CyclesCommand(), new IngestCommand(), new PortsCommand(), new RelayedCommand() }
    .Parse(args)
    .InvokeAsync();
