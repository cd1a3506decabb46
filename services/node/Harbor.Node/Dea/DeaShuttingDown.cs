namespace Harbor.Node.Dea;

/// <summary><c>dea.shutdown</c>: said when a shutdown or evacuation begins, and also by a DEA that only wants no new instances. Its instances live on.</summary>
internal sealed record DeaShuttingDown(string Dea) : DeaEvent;
