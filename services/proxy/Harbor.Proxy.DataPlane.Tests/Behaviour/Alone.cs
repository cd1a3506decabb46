namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Tests that count what the whole process holds, or take most of it: they run when no others do.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
