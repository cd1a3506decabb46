using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary><c>router.register</c>: the address of an application's main port, without a word on which instance it is.</summary>
internal sealed record MainPortRegistered(string? Dea, string App, HostAddress Host, ushort Port) : DeaEvent;
