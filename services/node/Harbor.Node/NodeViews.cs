using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Workers;

namespace Harbor.Node;

/// <summary>The documents that the node keeps in memory.</summary>
internal sealed record NodeViews(DocumentView<PortDocument> Ports, DocumentView<PoolDocument> Pools, DocumentView<WorkerDocument> Workers);
