using Harbor.DeaSimulator.Deas;
using Harbor.DeaSimulator.Instances;

namespace Harbor.DeaSimulator.Commands;

/// <summary>Carries out the commands that a person, or a script, types into a running simulation: one a line.</summary>
internal sealed class SimulatorPrompt(DeaSimulation simulation, string defaultApp, IReadOnlyList<int> containerPorts, TextWriter output)
{
    public const string Help = """
        list                        every DEA and its instances
        scale N [APP]               start or stop instances until N run
        stop INSTANCE               stop one in order: its routes are taken back, then the process ends
        crash INSTANCE              let its process die (droplet.exited, reason CRASHED)
        lose INSTANCE               let it vanish: only the next heartbeat tells
        evacuate DEA                its instances drain (dea.shutdown, reason DEA_EVACUATION)
        silence DEA | speak DEA     stop or go on with its heartbeats; its instances live on
        kill DEA                    the machine dies with all its instances, without a word
        dea                         add a DEA
        heartbeat                   every DEA sends one now
        help | quit
        INSTANCE is an index, or the first digits of an instance id; DEA is its number.
        """;

    /// <summary>True until the command was <c>quit</c>.</summary>
    public async Task<bool> ExecuteAsync(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is ["quit" or "exit"])
        {
            return false;
        }

        try
        {
            await ActAsync(words);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            await output.WriteLineAsync($"error: {exception.Message}");
        }

        return true;
    }

    public async Task ListAsync()
    {
        foreach (var dea in simulation.Deas)
        {
            await output.WriteLineAsync($"DEA {dea.Id}{(dea.IsSilent ? " (silent)" : "")}");
            foreach (var instance in dea.Instances)
            {
                var ports = string.Join(", ", instance.Ports.Select(port => $"{port.ContainerPort} at {dea.Host}:{port.HostPort}"));
                await output.WriteLineAsync($"  #{instance.Index} {instance.State,-10} {instance.Id[..8]}  {instance.AppGuid}  {ports}");
            }
        }
    }

    private Task ActAsync(string[] words) => words switch
    {
        [] => Task.CompletedTask,
        ["help"] => output.WriteLineAsync(Help),
        ["list"] => ListAsync(),
        ["scale", var count] => simulation.ScaleAsync(defaultApp, int.Parse(count), containerPorts),
        ["scale", var count, var app] => simulation.ScaleAsync(app, int.Parse(count), containerPorts),
        ["stop", var instance] => WithInstanceAsync(instance, (dea, found) => dea.StopAsync(found, tellExit: false)),
        ["crash", var instance] => WithInstanceAsync(instance, (dea, found) => dea.CrashAsync(found)),
        ["lose", var instance] => WithInstanceAsync(instance, (dea, found) => dea.LoseAsync(found)),
        ["evacuate", var dea] => DeaOf(dea).EvacuateAsync(),
        ["silence", var dea] => SetSilenceAsync(dea, true),
        ["speak", var dea] => SetSilenceAsync(dea, false),
        ["kill", var dea] => DeaOf(dea).KillAsync(),
        ["dea"] => output.WriteLineAsync($"DEA {simulation.AddDea().Id}"),
        ["heartbeat"] => Task.WhenAll(simulation.Deas.Select(dea => dea.AnnounceAsync())),
        _ => output.WriteLineAsync($"error: '{string.Join(' ', words)}' is no command; 'help' lists them"),
    };

    private async Task WithInstanceAsync(string name, Func<SimulatedDea, AppInstance, Task> act)
    {
        // Short numbers are indices of the default application; an id has 32 digits, and eight of them are shown.
        var isIndex = int.TryParse(name, out var index) && name.Length < 6;
        var found = simulation.Deas.SelectMany(dea => dea.Instances.Select(instance => (dea, instance))).FirstOrDefault(candidate => candidate.instance.IsAlive
            && (isIndex ? candidate.instance.Index == index && candidate.instance.AppGuid == defaultApp : candidate.instance.Id.StartsWith(name, StringComparison.Ordinal)));
        if (found.instance is null)
        {
            throw new InvalidOperationException($"no live instance '{name}'");
        }

        await act(found.dea, found.instance);
    }

    private Task SetSilenceAsync(string dea, bool silent)
    {
        DeaOf(dea).IsSilent = silent;
        return Task.CompletedTask;
    }

    private SimulatedDea DeaOf(string name)
        => simulation.Deas.FirstOrDefault(dea => dea.Id.StartsWith($"{name}-", StringComparison.Ordinal) || dea.Id == name)
            ?? throw new InvalidOperationException($"no DEA '{name}'");
}
