namespace Harbor.Hosting.Tests.Configuration;

public enum SampleMode
{
    Slow,
    Fast,
}
