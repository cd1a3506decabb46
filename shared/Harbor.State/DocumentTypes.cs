using Harbor.State.Apps;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Workers;

namespace Harbor.State;

/// <summary>
/// All kinds of documents, with their collections and indexes. A new one is added here, in <see cref="StateJsonContext"/>, in
/// <see cref="StateExtensions.AddHarborState"/>, and in the README's table of writers.
/// </summary>
public static class DocumentTypes
{
    public static DocumentType<PortDocument> Ports { get; } = new(
        "ports",
        StateJsonContext.Default.PortDocument,
        // An instance holds one port: two nodes that allocate for it at once cannot both succeed.
        new DocumentIndex<PortDocument>(PortIndexes.Owner, port => port.State == PortState.Active ? [port.ServiceInstanceId] : [], Unique: true),
        new DocumentIndex<PortDocument>(PortIndexes.Party, port => [PortIndexes.OfInstance(port.ServiceInstanceId), .. port.Apps.Select(app => PortIndexes.OfApp(app.AppGuid))]),
        new DocumentIndex<PortDocument>(PortIndexes.QuarantinedUntil, port => port.QuarantinedUntil is { } until ? [DocumentKeys.Of(until)] : []));

    public static DocumentType<AppDocument> Apps { get; } = new(
        "apps",
        StateJsonContext.Default.AppDocument,
        new DocumentIndex<AppDocument>(AppDocument.InstanceIndex, app => app.IntPorts.Keys));

    public static DocumentType<PoolDocument> Pools { get; } = new("pools", StateJsonContext.Default.PoolDocument);

    public static DocumentType<WorkerDocument> Workers { get; } = new(
        "workers",
        StateJsonContext.Default.WorkerDocument,
        new DocumentIndex<WorkerDocument>(WorkerDocument.PoolIndex, worker => [worker.Pool]));
}
