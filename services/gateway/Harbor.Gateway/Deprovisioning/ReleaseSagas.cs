using Harbor.State.Documents;
using Harbor.State.Sagas;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>Where the deprovisions under way are kept, and by what they are found.</summary>
internal static class ReleaseSagas
{
    public const string Due = "due";

    public static DocumentType<SagaDocument<ReleasePortState>> Documents { get; } = new(
        "release-sagas",
        ReleaseSagasJson.Default.SagaDocumentReleasePortState,
        new DocumentIndex<SagaDocument<ReleasePortState>>(Due, static document => [DocumentKeys.Of(document.Saga.DueAt)]));
}
