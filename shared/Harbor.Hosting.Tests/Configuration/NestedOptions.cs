namespace Harbor.Hosting.Tests.Configuration;

public sealed class NestedOptions
{
    public TimeSpan Wait { get; set; }
}
