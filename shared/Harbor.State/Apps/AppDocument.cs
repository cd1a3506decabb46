using Harbor.State.Documents;

namespace Harbor.State.Apps;

/// <summary>
/// The numbers that an application's bindings gave it to listen on (<c>int_port</c>), by service instance. Its id is the application's guid.
/// One document an application, so that a number is handed out by one compare-and-swap. Written by the node alone.
/// </summary>
public sealed record AppDocument : Document
{
    /// <summary>The first number that is handed out.</summary>
    public const int FirstIntPort = 4100;

    /// <summary>Index: the service instances that gave it numbers.</summary>
    public const string InstanceIndex = "instance";

    /// <summary>Service instance id to number. An entry outlives its bindings, so that a re-bind gets the same number, and goes with the service instance.</summary>
    public IReadOnlyDictionary<string, int> IntPorts { get; init; } = new Dictionary<string, int>();
}
