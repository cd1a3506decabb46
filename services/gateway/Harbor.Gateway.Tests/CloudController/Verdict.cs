namespace Harbor.Gateway.Tests.CloudController;

/// <summary>How Cloud Controller takes an answer.</summary>
public enum Verdict
{
    Done,
    InProgress,

    /// <summary>The polled operation has failed.</summary>
    Failed,

    /// <summary>The platform shows the description, and thinks that nothing was begun.</summary>
    Rejected,

    /// <summary>As <see cref="Rejected"/>, and a code or 409 says why.</summary>
    Coded,

    /// <summary>It polls on, as if nothing had come; at the maximum duration it gives up.</summary>
    PollsOn,

    /// <summary>A broker that does not keep to the API; after a provision or a bind the platform deletes what may be there.</summary>
    Bad,
}
