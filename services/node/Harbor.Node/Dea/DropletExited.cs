namespace Harbor.Node.Dea;

/// <summary><c>droplet.exited</c>.</summary>
/// <param name="App">The application.</param>
/// <param name="Instance">Its instance.</param>
/// <param name="Evacuating">The reason was DEA_EVACUATION: the instance serves on until its replacement runs.</param>
/// <param name="CrashedAt">Seconds since 1970 by the DEA's clock; NaN where it does not say.</param>
internal sealed record DropletExited(string App, string Instance, bool Evacuating, double CrashedAt) : DeaEvent;
