namespace Harbor.State.Tests.Sagas;

/// <summary>As <see cref="VoyageBooked"/>, but the saga is inserted before the event is handled.</summary>
public sealed record VoyageReserved(Guid Voyage, string Boat);
