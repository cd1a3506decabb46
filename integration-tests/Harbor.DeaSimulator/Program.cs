using System.CommandLine;
using Harbor.DeaSimulator.Commands;

return await new RootCommand("Plays Cloud Foundry DEAs for Harbor: for trying things out, and for tests.") { new RunCommand() }.Parse(args).InvokeAsync();
