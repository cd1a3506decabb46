namespace Harbor.Hosting.Tests.Configuration;

public sealed class SampleOptions
{
    public int Port { get; set; }

    public SampleMode Mode { get; set; }

    public NestedOptions Nested { get; set; } = new();

    public List<int> Names { get; set; } = [];
}
