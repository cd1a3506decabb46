using System.Text;
using System.Text.Json.Nodes;
using Harbor.Contracts.Dea;
using Harbor.DeaSimulator.Instances;
using NATS.Client.Core;

namespace Harbor.DeaSimulator.Deas;

/// <summary>
/// Puts a DEA's words into its messages, as dea_ng of 2014 spelt them, with the fields that Harbor adds. While the link to NATS is down
/// messages are lost, as they are for a DEA; the simulation announces everything when it is back.
/// </summary>
internal sealed class DeaPublisher(INatsConnection nats)
{
    public Task HeartbeatAsync(SimulatedDea dea, bool withPorts)
    {
        var droplets = new JsonArray();
        foreach (var instance in dea.Instances)
        {
            var droplet = Identify(instance);
            droplet["state"] = instance.State.ToString().ToUpperInvariant();
            droplet["state_timestamp"] = instance.Since.ToUnixTimeMilliseconds() / 1000.0;
            if (withPorts && instance.IsAlive)
            {
                droplet["host"] = dea.Host;
                droplet["ports"] = PortsOf(instance);
            }

            droplets.Add(droplet);
        }

        return PublishAsync(DeaSubjects.Heartbeat, new JsonObject { ["droplets"] = droplets, ["dea"] = dea.Id, ["ip"] = dea.Host });
    }

    public Task ExitedAsync(AppInstance instance, string reason)
    {
        var body = Identify(instance);
        body["reason"] = reason;
        body["exit_status"] = instance.State is InstanceState.Crashed ? 255 : -1;
        body["exit_description"] = instance.State is InstanceState.Crashed ? "app instance exited" : "";
        if (instance.State is InstanceState.Crashed)
        {
            body["crash_timestamp"] = instance.Since.ToUnixTimeSeconds();
        }

        return PublishAsync(DeaSubjects.DropletExited, body);
    }

    public Task ShutdownAsync(SimulatedDea dea)
    {
        var counts = new JsonObject();
        foreach (var app in dea.Instances.GroupBy(instance => instance.AppGuid))
        {
            counts[app.Key] = app.Count();
        }

        return PublishAsync(DeaSubjects.Shutdown, new JsonObject { ["id"] = dea.Id, ["ip"] = dea.Host, ["version"] = "0.0.1", ["app_id_to_count"] = counts });
    }

    public Task HarborRegisterAsync(SimulatedDea dea, AppInstance instance) => PublishAsync(DeaSubjects.HarborRegister, HarborRoute(dea, instance));

    public Task HarborUnregisterAsync(SimulatedDea dea, AppInstance instance) => PublishAsync(DeaSubjects.HarborUnregister, HarborRoute(dea, instance));

    public Task RouterRegisterAsync(SimulatedDea dea, AppInstance instance) => PublishAsync(DeaSubjects.RouterRegister, RouterRoute(dea, instance));

    public Task RouterUnregisterAsync(SimulatedDea dea, AppInstance instance) => PublishAsync(DeaSubjects.RouterUnregister, RouterRoute(dea, instance));

    /// <summary>The answer of an instance to <c>dea.find.droplet</c>.</summary>
    public Task FoundAsync(string replyTo, SimulatedDea dea, AppInstance instance, DateTimeOffset now)
    {
        var body = Identify(instance);
        body["dea"] = dea.Id;
        body["state"] = instance.State.ToString().ToUpperInvariant();
        body["state_timestamp"] = instance.Since.ToUnixTimeMilliseconds() / 1000.0;
        body["staged"] = $"/{instance.Id}";
        if (instance.State is InstanceState.Running && instance.Ports.Count > 0)
        {
            body["stats"] = new JsonObject
            {
                ["name"] = "simulated",
                ["uris"] = new JsonArray(),
                ["host"] = dea.Host,
                ["port"] = instance.Ports[0].HostPort,
                ["uptime"] = (int)(now - instance.Since).TotalSeconds,
            };
        }

        return PublishAsync(replyTo, body);
    }

    private static JsonObject Identify(AppInstance instance) => new()
    {
        ["cc_partition"] = "default",
        ["droplet"] = instance.AppGuid,
        ["version"] = instance.Version,
        ["instance"] = instance.Id,
        ["index"] = instance.Index,
    };

    private static JsonArray PortsOf(AppInstance instance)
        => [.. instance.Ports.Select(port => new JsonObject { ["container_port"] = port.ContainerPort, ["host_port"] = port.HostPort })];

    private static JsonObject HarborRoute(SimulatedDea dea, AppInstance instance) => new()
    {
        ["dea"] = dea.Id,
        ["app"] = instance.AppGuid,
        ["instance"] = instance.Id,
        ["index"] = instance.Index,
        ["host"] = dea.Host,
        ["ports"] = PortsOf(instance),
    };

    private static JsonObject RouterRoute(SimulatedDea dea, AppInstance instance) => new()
    {
        ["dea"] = dea.Id,
        ["app"] = instance.AppGuid,
        ["uris"] = new JsonArray($"{instance.AppGuid}.example.test"),
        ["host"] = dea.Host,
        ["port"] = instance.Ports[0].HostPort,
        ["tags"] = new JsonObject { ["component"] = $"dea-{dea.Id.Split('-')[0]}" },
    };

    private async Task PublishAsync(string subject, JsonObject body)
    {
        if (nats.ConnectionState is NatsConnectionState.Open)
        {
            await nats.PublishAsync(subject, Encoding.UTF8.GetBytes(body.ToJsonString()));
        }
    }
}
