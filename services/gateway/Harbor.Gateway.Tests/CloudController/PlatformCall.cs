namespace Harbor.Gateway.Tests.CloudController;

/// <summary>What Cloud Controller asks of a broker, as far as it reads the answers differently.</summary>
public enum PlatformCall
{
    Provision,
    Update,
    Deprovision,
    Bind,
    Unbind,
    LastOperation,
    LastBindingOperation,
    FetchInstance,
    FetchBinding,
}
