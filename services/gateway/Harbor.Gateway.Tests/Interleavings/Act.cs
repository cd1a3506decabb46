namespace Harbor.Gateway.Tests.Interleavings;

/// <summary>One thing that happens to the broker.</summary>
public enum Act
{
    Provision,
    ProvisionLater,
    Deprovision,
    DeprovisionLater,
    Update,
    Bind,
    BindLater,
    Unbind,
    UnbindLater,
    NodeDown,
    NodeUp,
    LoseAnswers,
    KeepAnswers,
    SilenceWorkers,
    HearWorkers,

    /// <summary>The node does nothing for one instance and its binding, so that its operations run into their deadlines.</summary>
    Stall,
    Go,

    /// <summary>Any message that was ever on its way comes once more, now.</summary>
    Repeat,

    /// <summary>Deadlines pass.</summary>
    TimeOut,
    Await,
    Crash,
}
