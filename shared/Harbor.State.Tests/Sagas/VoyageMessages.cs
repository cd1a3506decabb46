namespace Harbor.State.Tests.Sagas;

public sealed record VoyageBooked(Guid Voyage, string Boat, DateTimeOffset Due);

/// <summary>As <see cref="VoyageBooked"/>, but the saga is inserted before the event is handled.</summary>
public sealed record VoyageReserved(Guid Voyage, string Boat);

public sealed record LegSailed(Guid Voyage);

public sealed record VoyageEnded(Guid Voyage);

/// <summary>Published by the saga when it starts: once, however often it is told to.</summary>
public sealed record VoyageStarted(Guid Voyage);
