using Harbor.State.Ports;
using Harbor.State.Services;

namespace Harbor.Gateway.Orphans;

/// <summary>Who owns what.</summary>
internal static class OwnershipExtensions
{
    /// <summary>
    /// The port is the instance's: of the same life, which is not over, and not another one than the platform was told. A provision under way counts,
    /// whichever port it is at.
    /// </summary>
    public static bool Owns(this ServiceInstanceDocument? instance, PortDocument port)
        => instance?.Life == port.Life && instance.State switch
        {
            ServiceInstanceState.Provisioning or ServiceInstanceState.Deprovisioning => true,
            ServiceInstanceState.Active => instance.Pool == port.Pool && instance.Port == port.Port,
            _ => false,
        };

    /// <summary>The binding's life is not over.</summary>
    public static bool Owns(this ServiceInstanceDocument? instance, BindingDocument binding)
        => instance?.Life == binding.Life && instance.State is ServiceInstanceState.Active or ServiceInstanceState.Deprovisioning;

    /// <summary>The port knows an application by this binding: it was bound in the port's life, and is not gone.</summary>
    public static bool Owns(this BindingDocument? binding, PortDocument port, string appGuid)
        => binding is not null && binding.ServiceInstanceId == port.ServiceInstanceId && binding.Life == port.Life && binding.AppGuid == appGuid
            && binding.State is not BindingState.Removed;

    public static bool Carries(this PortDocument port, BindingDocument binding)
        => port.Life == binding.Life && port.Apps.Any(app => app.AppGuid == binding.AppGuid && app.BindingIds.Contains(binding.Id));
}
