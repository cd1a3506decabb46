namespace Harbor.State.Tests.Sagas;

public sealed record VoyageEnded(Guid Voyage);
