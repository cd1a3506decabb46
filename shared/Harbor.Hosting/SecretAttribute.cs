namespace Harbor.Hosting;

/// <summary>Marks an options property whose value must never be shown: not in the log of effective options, not in a validation message.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
