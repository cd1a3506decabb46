using Harbor.State.Services;

namespace Harbor.Gateway.Provisioning;

internal static class ProvisionEndExtensions
{
    /// <summary>
    /// What the provision of that life has to do with what it holds, as the instance is now. A life that is active keeps its port whatever its provision
    /// comes to: that was repeated, long after it had succeeded.
    /// </summary>
    public static ProvisionEnd EndOf(this ServiceInstanceDocument? instance, long life) => instance?.Life != life ? ProvisionEnd.RolledBack
        : instance.State switch
        {
            ServiceInstanceState.Active => ProvisionEnd.Done,
            ServiceInstanceState.Deprovisioning => ProvisionEnd.Superseded,
            _ => ProvisionEnd.RolledBack,
        };
}
