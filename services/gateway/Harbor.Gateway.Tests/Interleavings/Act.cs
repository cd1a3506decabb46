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
    Repeat,
    Await,
    Crash,
}
