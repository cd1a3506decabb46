using Harbor.State.Documents;
using Harbor.State.Sagas;

namespace Harbor.Gateway.Provisioning;

/// <summary>Where the provisions under way are kept, and by what they are found.</summary>
internal static class ProvisionSagas
{
    public const string Due = "due";

    public static DocumentType<SagaDocument<ProvisionPortState>> Documents { get; } = new(
        "provision-sagas",
        ProvisionSagasJson.Default.SagaDocumentProvisionPortState,
        new DocumentIndex<SagaDocument<ProvisionPortState>>(Due, static document => [DocumentKeys.Of(document.Saga.DueAt)]));
}
