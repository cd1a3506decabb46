namespace Harbor.State.Tests.Sagas;

/// <summary>Published by the saga when it starts: once, however often it is told to.</summary>
public sealed record VoyageStarted(Guid Voyage);
