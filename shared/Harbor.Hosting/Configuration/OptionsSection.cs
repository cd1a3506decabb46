namespace Harbor.Hosting.Configuration;

/// <summary>An options class and the section it is bound to.</summary>
internal sealed record OptionsSection(Type Type, string Path);
