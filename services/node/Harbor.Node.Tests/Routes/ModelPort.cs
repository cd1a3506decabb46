namespace Harbor.Node.Tests.Routes;

/// <summary>A port of an instance as the model has it.</summary>
/// <param name="Inside">Inside the container; 0 where only the main port is known.</param>
/// <param name="Outside">On the host.</param>
/// <param name="Main">The platform's HTTP side has named it.</param>
internal sealed record ModelPort(int Inside, int Outside, bool Main);
