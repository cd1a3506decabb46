namespace Harbor.Hosting.Health;

/// <summary>Tags of health checks that Harbor gives a meaning to.</summary>
public static class HealthTags
{
    /// <summary>A service that the process needs: it must answer at start (else exit code 69), and while it does not, <c>/health/ready</c> is 503.</summary>
    public const string Dependency = "dependency";

    /// <summary>A check that a package brings along and that another one of ours covers.</summary>
    internal const string Hidden = "hidden";
}
