using Harbor.State.Documents;
using Harbor.State.Workers;

namespace Harbor.Gateway.Workers;

/// <summary>The proxy workers as they describe themselves.</summary>
internal sealed class LiveWorkers(DocumentView<WorkerDocument> view, TimeProvider time)
{
    public IReadOnlyList<WorkerDocument> All => [.. view.All.OrderBy(worker => worker.Id, StringComparer.Ordinal)];

    public bool IsLive(WorkerDocument worker) => worker.LeaseUntil > time.GetUtcNow();

    /// <summary>The ids of the pool's workers whose lease runs.</summary>
    public IEnumerable<string> Of(string pool) => view.All.Where(worker => worker.Pool == pool && IsLive(worker)).Select(worker => worker.Id);
}
