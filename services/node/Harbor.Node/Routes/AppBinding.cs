namespace Harbor.Node.Routes;

/// <summary>A port to which an application is bound, and where the application's instances listen for it inside their containers.</summary>
internal readonly record struct AppBinding(string PortId, ushort IntPort);
