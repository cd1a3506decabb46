using System.Text.Json;
using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary>Reads <c>dea.heartbeat</c>, the one message that is large and comes all the time.</summary>
internal static class HeartbeatReader
{
    /// <summary>Null where the message has no list of droplets, or one of which no entry can be used.</summary>
    public static HeartbeatReceived? Read(ref Utf8JsonReader reader)
    {
        string? dea = null;
        HostAddress? ip = null;
        List<DropletReport>? droplets = null;
        var unusable = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (Lenient.Next(ref reader, "droplets"u8))
            {
                droplets = Droplets(ref reader, out unusable);
            }
            else if (Lenient.Next(ref reader, "dea"u8))
            {
                dea = Lenient.Id(ref reader);
            }
            else if (Lenient.Next(ref reader, "ip"u8))
            {
                ip = Lenient.Host(ref reader);
            }
            else
            {
                Lenient.Skip(ref reader);
            }
        }

        if (droplets is null || (droplets.Count == 0 && unusable > 0))
        {
            return null;
        }

        if (ip is not null)
        {
            for (var i = 0; i < droplets.Count; i++)
            {
                droplets[i] = droplets[i].Host is null ? droplets[i] with { Host = ip } : droplets[i];
            }
        }

        return new(dea, droplets);
    }

    private static List<DropletReport>? Droplets(ref Utf8JsonReader reader, out int unusable)
    {
        unusable = 0;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var droplets = new List<DropletReport>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Droplet(ref reader) is { } droplet)
            {
                droplets.Add(droplet);
            }
            else
            {
                unusable++;
            }
        }

        return droplets;
    }

    private static DropletReport? Droplet(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        string? app = null;
        string? instance = null;
        int? index = null;
        var state = DropletState.Other;
        var began = double.NaN;
        HostAddress? host = null;
        PortMapping[]? ports = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (Lenient.Next(ref reader, "droplet"u8))
            {
                app = Lenient.Id(ref reader);
            }
            else if (Lenient.Next(ref reader, "instance"u8))
            {
                instance = Lenient.Id(ref reader);
            }
            else if (Lenient.Next(ref reader, "index"u8))
            {
                index = Lenient.Integer(ref reader);
            }
            else if (Lenient.Next(ref reader, "state"u8))
            {
                state = State(ref reader);
            }
            else if (Lenient.Next(ref reader, "state_timestamp"u8))
            {
                began = Lenient.Number(ref reader) ?? double.NaN;
            }
            else if (Lenient.Next(ref reader, "host"u8))
            {
                host = Lenient.Host(ref reader);
            }
            else if (Lenient.Next(ref reader, "ports"u8))
            {
                ports = Lenient.Ports(ref reader) is { } named ? Array.FindAll(named, port => port.ContainerPort != 0) : null;
            }
            else
            {
                Lenient.Skip(ref reader);
            }
        }

        return app is null || instance is null
            ? null
            : new() { App = app, Instance = instance, Index = index is < 0 ? null : index, State = state, Began = began, Host = host, Ports = ports };
    }

    private static DropletState State(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return DropletState.Other;
        }

        return reader.ValueTextEquals("RUNNING"u8) ? DropletState.Running
            : reader.ValueTextEquals("EVACUATING"u8) ? DropletState.Evacuating
            : DropletState.Other;
    }
}
