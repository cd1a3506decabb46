namespace Harbor.Node.Routes;

/// <summary>Why a backend came, changed or went, or why an instance is none: what an operator reads in the log.</summary>
internal enum RouteReason
{
    /// <summary>Found different from the table when the two were compared.</summary>
    Reconciled,
    Running,
    Evacuating,
    Registered,

    /// <summary>A DEA answered where the instance's main port is.</summary>
    Found,

    /// <summary>Known from the port's document when the node started.</summary>
    Remembered,

    /// <summary>Its DEA has another id than before.</summary>
    DeaChanged,

    /// <summary>The application was bound or unbound, or its main port began or ceased to stand in for the binding's.</summary>
    BindingsChanged,

    /// <summary>Its DEA names other ports than before.</summary>
    PortsChanged,
    DeaShutdown,
    DeaStarted,

    /// <summary>Its DEA's newer heartbeat does not name it.</summary>
    Absent,

    /// <summary>Its DEA reports another state than running or evacuating.</summary>
    NotRunning,
    Exited,
    Unregistered,

    /// <summary>No heartbeat of its DEA for three intervals.</summary>
    DeaSilent,

    /// <summary>Not registered again in time.</summary>
    RegistrationStale,

    /// <summary>Another instance has its address now.</summary>
    AddressTaken,

    /// <summary>It claims an address that an instance started later holds.</summary>
    AddressHeld,

    /// <summary>Its address is outside <c>Harbor:Node:BackendNetworks</c>.</summary>
    NetworkRefused,

    /// <summary>It runs, and nobody has said at which address.</summary>
    NoAddress,

    /// <summary>It runs, and its ports do not have the one of the binding (<c>int_port</c>) among them.</summary>
    IntPortNotNamed,

    /// <summary>Its DEA names no ports, and a main port stands in for no binding: there are several, other instances name ports, or <c>Harbor:Node:UseMainPort</c> is off.</summary>
    MainPortNotUsed,

    /// <summary>The application has more instances than one may have, or all together have; or more of them are none than can be told.</summary>
    TooMany,
}
