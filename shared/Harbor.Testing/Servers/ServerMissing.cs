using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Harbor.Testing.Servers;

/// <summary>What a test does without its server: skip, saying why; but in CI, where everything is to be installed, fail.</summary>
internal static class ServerMissing
{
    [DoesNotReturn]
    public static void SkipOrFail(string reason)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }
}
