namespace Harbor.Gateway.Provisioning;

/// <summary>What the service instance's document made of the end of a provision.</summary>
internal enum ProvisionEnd
{
    None,

    /// <summary>The instance is active.</summary>
    Done,

    /// <summary>A delete has taken over, and releases whatever is held.</summary>
    Superseded,

    /// <summary>Failed, or not wanted any more: what is held must be given back.</summary>
    RolledBack,
}
