namespace Harbor.State.Tests.Sagas;

public sealed record LegSailed(Guid Voyage);
