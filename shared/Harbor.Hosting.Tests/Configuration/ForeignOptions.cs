namespace Harbor.Hosting.Tests.Configuration;

public sealed class ForeignOptions
{
    public string Name { get; set; } = string.Empty;
}
