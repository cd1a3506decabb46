namespace Harbor.Node.Routes;

/// <summary>An exit that was told. A state that began at or before <paramref name="Began"/> says nothing new about the instance.</summary>
/// <param name="Began">Seconds since 1970.</param>
/// <param name="Draining">It is being evacuated: still there, and not for new connections.</param>
internal readonly record struct ExitMark(double Began, bool Draining);
