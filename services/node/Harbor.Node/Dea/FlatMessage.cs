using System.Text.Json;
using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary>Every message but the heartbeat: a few fields, of which each subject uses some.</summary>
internal sealed class FlatMessage
{
    private string? _id;
    private string? _dea;
    private string? _app;
    private string? _droplet;
    private string? _instance;
    private int? _index;
    private HostAddress? _host;
    private ushort? _port;
    private PortMapping[]? _ports;
    private string? _reason;
    private double _crashTimestamp = double.NaN;

    public static FlatMessage Read(ref Utf8JsonReader reader)
    {
        var message = new FlatMessage();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            message.ReadField(ref reader);
        }

        return message;
    }

    /// <summary>The reason is compared as the platform's controller does: in any case, and a missing one is an exit as any other.</summary>
    public DropletExited? ToExit()
        => _droplet is null || _instance is null
            ? null
            : new(_droplet, _instance, string.Equals(_reason, "DEA_EVACUATION", StringComparison.OrdinalIgnoreCase), EndOf(_crashTimestamp));

    public DeaShuttingDown? ToShutdown() => _id is null ? null : new(_id);

    public DeaStarted? ToStart() => _id is null ? null : new(_id);

    public InstanceRegistered? ToRegistration()
        => _app is null || _instance is null || _host is null || Array.FindAll(_ports ?? [], port => port.ContainerPort != 0) is not { Length: > 0 } ports
            ? null
            : new(_dea, _app, _instance, _index is < 0 ? null : _index, _host.Value, ports);

    public AddressesUnregistered? ToUnregistration()
        => _host is null || _ports is not { Length: > 0 } ? null : new(_app, _host.Value, Array.ConvertAll(_ports, port => port.HostPort));

    public MainPortRegistered? ToMainRegistration()
        => _app is null || _host is null || _port is null ? null : new(_dea, _app, _host.Value, _port.Value);

    public AddressesUnregistered? ToMainUnregistration()
        => _host is null || _port is null ? null : new(_app, _host.Value, [_port.Value]);

    /// <summary>Host and port are in <c>stats</c>, and only of a running instance.</summary>
    public DropletFound? ToFound()
        => _droplet is null || _instance is null || _host is null || _port is null ? null : new(_droplet, _instance, _host.Value, _port.Value);

    /// <summary>A crash is told in whole seconds, cut off; states begin at a fraction of one, and the one that crashed began before the second's end.</summary>
    private static double EndOf(double second) => Math.BitDecrement(Math.Floor(second) + 1);

    private void ReadField(ref Utf8JsonReader reader)
    {
        if (Lenient.Next(ref reader, "id"u8))
        {
            _id = Lenient.Id(ref reader);
        }
        else if (Lenient.Next(ref reader, "dea"u8))
        {
            _dea = Lenient.Id(ref reader);
        }
        else if (Lenient.Next(ref reader, "app"u8))
        {
            _app = Lenient.Id(ref reader);
        }
        else if (Lenient.Next(ref reader, "droplet"u8))
        {
            _droplet = Lenient.Id(ref reader);
        }
        else if (Lenient.Next(ref reader, "instance"u8))
        {
            _instance = Lenient.Id(ref reader);
        }
        else if (Lenient.Next(ref reader, "index"u8))
        {
            _index = Lenient.Integer(ref reader);
        }
        else if (Lenient.Next(ref reader, "reason"u8))
        {
            _reason = Lenient.Text(ref reader);
        }
        else if (Lenient.Next(ref reader, "crash_timestamp"u8))
        {
            _crashTimestamp = Lenient.Number(ref reader) ?? double.NaN;
        }
        else
        {
            ReadAddress(ref reader);
        }
    }

    private void ReadAddress(ref Utf8JsonReader reader)
    {
        if (Lenient.Next(ref reader, "host"u8))
        {
            _host = Lenient.Host(ref reader);
        }
        else if (Lenient.Next(ref reader, "port"u8))
        {
            _port = Lenient.Port(ref reader);
        }
        else if (Lenient.Next(ref reader, "ports"u8))
        {
            _ports = Lenient.Ports(ref reader);
        }
        else if (Lenient.Next(ref reader, "stats"u8))
        {
            ReadStats(ref reader);
        }
        else
        {
            Lenient.Skip(ref reader);
        }
    }

    private void ReadStats(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (Lenient.Next(ref reader, "host"u8))
            {
                _host = Lenient.Host(ref reader);
            }
            else if (Lenient.Next(ref reader, "port"u8))
            {
                _port = Lenient.Port(ref reader);
            }
            else
            {
                Lenient.Skip(ref reader);
            }
        }
    }
}
