using Harbor.State.Services;

namespace Harbor.Gateway.Instances;

/// <summary>
/// Requests that wait for the end of an operation. Told of ends by whoever in this process writes them, and by the watch of the store for those that
/// another gateway wrote.
/// </summary>
internal sealed class OperationWaits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Wait> _waits = new(StringComparer.Ordinal);

    /// <summary>Arms a wait. To be called before the operation can end, and disposed.</summary>
    public Armed Arm(string operationId)
    {
        lock (_lock)
        {
            if (!_waits.TryGetValue(operationId, out var wait))
            {
                _waits[operationId] = wait = new Wait();
            }

            wait.Users++;
            return new Armed(this, operationId, wait);
        }
    }

    /// <summary>A document was written or seen: whoever waits for one of its ended operations goes on.</summary>
    public void Tell(ServiceInstanceDocument instance)
    {
        Tell(instance.Operation);
        foreach (var earlier in instance.Earlier)
        {
            Tell(earlier);
        }
    }

    private void Tell(OperationRecord operation)
    {
        if (operation.State == OperationState.InProgress)
        {
            return;
        }

        lock (_lock)
        {
            if (_waits.TryGetValue(operation.Id, out var wait))
            {
                wait.End.TrySetResult(operation);
            }
        }
    }

    private void Disarm(string operationId, Wait wait)
    {
        lock (_lock)
        {
            if (--wait.Users == 0)
            {
                _waits.Remove(operationId);
            }
        }
    }

    internal sealed class Wait
    {
        public TaskCompletionSource<OperationRecord> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Users { get; set; }
    }

    /// <summary>One request's wait.</summary>
    internal sealed class Armed(OperationWaits owner, string operationId, Wait wait) : IDisposable
    {
        /// <summary>The ended operation; null where it has not ended within the time.</summary>
        public async Task<OperationRecord?> EndAsync(TimeSpan limit, CancellationToken cancellationToken)
        {
            try
            {
                return await wait.End.Task.WaitAsync(limit, owner.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }

        public void Dispose() => owner.Disarm(operationId, wait);
    }

    private TimeProvider Time => time;
}
