namespace Harbor.Node.Dea;

/// <summary><c>dea.start</c>.</summary>
internal sealed record DeaStarted(string Dea) : DeaEvent;
