using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary><c>harbor.unregister</c> or <c>router.unregister</c>: nobody is at these addresses any more.</summary>
/// <param name="App">Whose they were; null where the message does not say.</param>
/// <param name="Host">Their host.</param>
/// <param name="HostPorts">Their ports.</param>
internal sealed record AddressesUnregistered(string? App, HostAddress Host, IReadOnlyList<ushort> HostPorts) : DeaEvent;
