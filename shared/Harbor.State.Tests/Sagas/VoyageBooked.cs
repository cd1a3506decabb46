namespace Harbor.State.Tests.Sagas;

public sealed record VoyageBooked(Guid Voyage, string Boat, DateTimeOffset Due);
