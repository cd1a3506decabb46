using Harbor.State.Pools;

namespace Harbor.Gateway.Broker.Catalog;

/// <summary>A plan of the catalog: a pool of ports, and what its users may do there.</summary>
public sealed class PlanOptions
{
    /// <summary>Unique over the broker, and never to change while instances exist; a GUID by custom.</summary>
    public string Id { get; set; } = "";

    /// <summary>As the user types it: letters, digits, <c>.</c> and <c>-</c>.</summary>
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Pool { get; set; } = PoolDocument.DefaultName;

    /// <summary>Default true, as the API has it.</summary>
    public bool Free { get; set; } = true;

    /// <summary>Default true. False: its instances are only ports, nothing is bound to them.</summary>
    public bool Bindable { get; set; } = true;

    /// <summary>Default true: a rotated binding is one more binding of the same application, which costs nothing.</summary>
    public bool BindingRotatable { get; set; } = true;

    /// <summary>Default false: ports are there in milliseconds. True: a request without <c>accepts_incomplete</c> is refused.</summary>
    public bool AsynchronousOnly { get; set; }

    /// <summary>The version of <c>maintenance_info</c>, SemVer 2. Default none: Harbor maintains itself, its instances need no upgrade.</summary>
    public string? MaintenanceVersion { get; set; }

    /// <summary>What a maintenance does to the user. Default none.</summary>
    public string? MaintenanceDescription { get; set; }

    /// <summary>Connections (sessions) open at once on one worker. Default 0, no limit.</summary>
    public int MaxConnections { get; set; }

    /// <summary>The same for one client address. Default 0, no limit.</summary>
    public int MaxConnectionsPerSource { get; set; }
}
