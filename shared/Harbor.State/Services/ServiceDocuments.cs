using Harbor.State.Documents;

namespace Harbor.State.Services;

/// <summary>The collections of service instances and bindings, and what they can be asked for by.</summary>
public static class ServiceDocuments
{
    /// <summary>Documents that a sweep has to look at: running operations by their start, roll-backs by when they are due, and
    /// remembered ends by when they may be forgotten.</summary>
    public const string Due = "due";

    /// <summary>Instances by the organization that has them; not those that are over.</summary>
    public const string Organization = "organization";

    /// <summary>Bindings by their service instance.</summary>
    public const string Instance = "instance";

    public static DocumentType<ServiceInstanceDocument> Instances { get; } = new(
        "service-instances",
        ServicesJson.Default.ServiceInstanceDocument,
        new DocumentIndex<ServiceInstanceDocument>(Due, static instance => DueKeys(instance.Operation, instance.ForgetAt ?? instance.RollBackDueAt)),
        new DocumentIndex<ServiceInstanceDocument>(
            Organization, static instance => instance.State is ServiceInstanceState.Failed or ServiceInstanceState.Deleted ? [] : [instance.OrganizationGuid]));

    public static DocumentType<BindingDocument> Bindings { get; } = new(
        "bindings",
        ServicesJson.Default.BindingDocument,
        new DocumentIndex<BindingDocument>(Due, static binding => DueKeys(binding.Operation, binding.ForgetAt)),
        new DocumentIndex<BindingDocument>(Instance, static binding => [binding.ServiceInstanceId]));

    private static string[] DueKeys(OperationRecord operation, DateTimeOffset? dueAt) => (operation.State, dueAt) switch
    {
        (OperationState.InProgress, _) => [DocumentKeys.Of(operation.StartedAt)],
        (_, { } time) => [DocumentKeys.Of(time)],
        _ => [],
    };
}
